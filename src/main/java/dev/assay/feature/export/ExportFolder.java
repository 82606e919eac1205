package dev.assay.feature.export;

import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFolder;
import dev.assay.io.IoConsumer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Writes an export of several files and its {@value ExportProvenance#FILE} atomically into a new folder. */
final class ExportFolder {
    private ExportFolder() {}

    static void write(Path folder, ExportProvenance provenance, IoConsumer<Path> writer) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a new or empty folder for an export");
        }
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.findFirst().ifPresent(file -> {
                    throw new InvalidInputException(
                            folder + " holds " + file.getFileName() + ", expected a new or empty folder for an export");
                });
            }
        }
        AtomicFolder.write(folder, files -> {
            writer.accept(files);
            Files.write(files.resolve(ExportProvenance.FILE), provenance.fileContent());
        });
    }
}
