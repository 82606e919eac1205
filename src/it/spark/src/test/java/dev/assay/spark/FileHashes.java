package dev.assay.spark;

import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** SHA-256 of all files of a folder. */
final class FileHashes {
    private FileHashes() {}

    /** Returns the hashes by the path in the folder. */
    static Map<String, String> of(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        Map<String, String> hashes = new TreeMap<>();
        for (Path file : files) {
            hashes.put(folder.relativize(file).toString(), Sha256.of(file));
        }
        return hashes;
    }
}
