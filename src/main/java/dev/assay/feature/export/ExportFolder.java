package dev.assay.feature.export;

import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFolder;
import dev.assay.io.IoConsumer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes an export of several files and its {@value ExportProvenance#FILE} atomically into a folder: a new or empty one, or one with an
 * export of the same kind and origin, which is replaced. So a command that was interrupted between two exports can be repeated.
 */
final class ExportFolder {
    private final Path folder;
    private final ExportProvenance provenance;
    private final Pattern names;

    /**
     * Describes an export.
     *
     * @param folder the target
     * @param provenance the origin of the export
     * @param names the paths of its files, relative to the folder and with slashes
     */
    ExportFolder(Path folder, ExportProvenance provenance, String names) {
        this.folder = folder;
        this.provenance = provenance;
        this.names = Pattern.compile(names);
    }

    /** Checks that the export may be written to the folder. */
    void check() throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a new or empty folder for an export");
        }
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> paths = Files.walk(folder)) {
            files = paths.filter(path -> !Files.isDirectory(path)).sorted().toList();
        }
        Path origin = folder.resolve(ExportProvenance.FILE);
        boolean same =
                Files.isRegularFile(origin) && Arrays.equals(Files.readAllBytes(origin), provenance.fileContent());
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            if (!same
                    || !name.equals(ExportProvenance.FILE)
                            && !names.matcher(name).matches()) {
                throw new InvalidInputException(folder + " holds " + name
                        + ", expected a new or empty folder for an export, or the same export");
            }
        }
    }

    /** Writes the files of the export. */
    void write(IoConsumer<Path> writer) throws IOException {
        check();
        AtomicFolder.write(folder, files -> {
            writer.accept(files);
            Files.write(files.resolve(ExportProvenance.FILE), provenance.fileContent());
        });
    }
}
