package dev.assay.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.FileFailures;
import dev.assay.io.Json;
import dev.assay.io.Sha256;
import dev.assay.spark.internal.file.HadoopFiles;
import dev.assay.spark.internal.file.LocalFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One attempt of a task at a unit. The task writes files to a local folder; {@link #commit} makes them files of the job. An attempt that is
 * closed without a commit leaves nothing.
 */
final class UnitAttempt implements AutoCloseable {
    private final HadoopFiles files;
    private final int unit;
    private final String part;
    private final TaskEnvironment environment;
    private final Path folder;
    private boolean committed;

    UnitAttempt(HadoopFiles files, int unit, String attempt, TaskEnvironment environment) throws IOException {
        this.files = files;
        this.unit = unit;
        this.part = JobFolder.part(unit, attempt);
        this.environment = environment;
        this.folder =
                files.isLocal() ? created(files, part) : Files.createTempDirectory(LocalFolder.ofTasks(), "assay-unit");
    }

    private static Path created(HadoopFiles files, String part) throws IOException {
        // A task of the same number can only have run in an application that is gone.
        files.delete(part);
        Path folder = files.local().resolve(part);
        FileFailures.createFolder(folder);
        return folder;
    }

    /** Returns the folder for the files of the unit. Their names in it are those in the result. */
    Path folder() {
        return folder;
    }

    /**
     * Makes the files in the folder files of the job and writes the record of the unit.
     *
     * @param result further values of the unit
     * @return the record
     * @throws IOException if a file cannot be written
     */
    UnitRecord commit(ObjectNode result) throws IOException {
        List<UnitFile> written = new ArrayList<>();
        for (String name : names()) {
            Path local = folder.resolve(name);
            String object = part + "/" + name;
            String hash = files.isLocal() ? Sha256.of(local) : files.write(object, out -> Files.copy(local, out));
            written.add(new UnitFile(object, name, Files.size(local), hash));
        }
        UnitRecord finished = new UnitRecord(unit, written, result.toString(), environment);
        files.writeText(JobFolder.record(unit), Json.pretty(finished.toJson()));
        committed = true;
        return finished;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace(File.separatorChar, '/'))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        if (!files.isLocal() || !committed) {
            deleteLocal();
        }
        if (!committed && !files.isLocal()) {
            files.delete(part);
        }
    }

    private void deleteLocal() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
