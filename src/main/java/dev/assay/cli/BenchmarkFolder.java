package dev.assay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A new folder for the files of a benchmark. Closing it deletes them.
 *
 * @param path the folder
 */
record BenchmarkFolder(Path path) implements AutoCloseable {
    /**
     * Creates a folder.
     *
     * @param parent the folder that contains it; null for the folder of temporary files
     * @param prefix the start of its name
     */
    static BenchmarkFolder create(Path parent, String prefix) throws IOException {
        return new BenchmarkFolder(
                parent == null ? Files.createTempDirectory(prefix) : Files.createTempDirectory(parent, prefix));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
