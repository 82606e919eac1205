package dev.assay.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.Provenance;
import dev.assay.spark.internal.file.HadoopFiles;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The output folder of a job on any Hadoop file system, with the files of its units until the job is complete.
 *
 * <p>A unit is written by a task in {@code _job/parts/UNIT.ATTEMPT}, so that two attempts never write the same file. A finished attempt
 * leaves the record {@code _job/done/UNIT.json} with name, length and SHA-256 of each file. When all units are finished, the driver moves
 * the files of one attempt per unit to their final names, writes the manifest, and deletes {@code _job}. Readers look only at the manifest,
 * so that they never see a file of a lost attempt. A job that is run again continues with the units without a record.
 */
final class JobFolder implements Serializable {
    private static final long serialVersionUID = 1;

    private static final String WORK = "_job";
    private static final String DESCRIPTION = WORK + "/job.json";
    private static final String DONE = WORK + "/done";
    private static final String PARTS = WORK + "/parts";
    private static final String MANIFEST = "manifest";
    private static final int MOVING_THREADS = 16;

    private final String folder;
    private final SerializableConfiguration configuration;

    private JobFolder(String folder, Configuration configuration) {
        this.folder = folder;
        this.configuration = new SerializableConfiguration(configuration);
    }

    /**
     * Names an output folder.
     *
     * @param folder a path or URI of a Hadoop file system; without a scheme, a path of its default file system
     * @param configuration the configuration of Hadoop
     * @return the folder, which need not exist
     */
    static JobFolder of(String folder, Configuration configuration) {
        return new JobFolder(folder, configuration);
    }

    /** Returns the folder as it was named. */
    String folder() {
        return folder;
    }

    /** Opens the file system. */
    HadoopFiles files() throws IOException {
        return HadoopFiles.in(folder, configuration.value());
    }

    /** Returns whether a file exists that is not empty. */
    boolean has(String file) throws IOException {
        return files().length(file) > 0;
    }

    /**
     * Checks that files can be written, before any work is done.
     *
     * @throws IOException if not; the message names the file
     */
    void requireWritable() throws IOException {
        String trial = WORK + "/trial-" + UUID.randomUUID();
        HadoopFiles files = files();
        files.writeText(trial, "");
        files.delete(trial);
    }

    /**
     * Starts a job, or continues the same one.
     *
     * @param job everything that decides the content of the units
     * @param manifest the file that the job writes last
     * @throws InvalidInputException if the folder holds another job, or files without a job
     * @throws IOException if the folder cannot be read or written
     */
    void begin(ObjectNode job, String manifest) throws IOException {
        HadoopFiles files = files();
        ObjectNode described = job.deepCopy().put(MANIFEST, manifest);
        if (files.length(DESCRIPTION) > 0) {
            requireSame(files.name(DESCRIPTION), "", description(files).node(), described);
            return;
        }
        for (String file : files.list("")) {
            InvalidInputException.require(
                    file.startsWith(WORK + "/") || file.equals(manifest) || isHidden(file),
                    () -> files.name("") + " contains " + file
                            + ", expected a new or empty folder, or one of this job");
        }
        files.writeText(DESCRIPTION, Json.pretty(described));
    }

    private static JsonObject description(HadoopFiles files) throws IOException {
        return UnitRecord.parse(files.name(DESCRIPTION), files.readText(DESCRIPTION));
    }

    /**
     * Reads the manifest of a complete job.
     *
     * @param manifest the file
     * @param job the fields that it must have; the version of Assay may differ
     * @return the manifest
     * @throws InvalidInputException if it is that of another job
     * @throws IOException if it cannot be read
     */
    JsonObject requireManifest(String manifest, ObjectNode job) throws IOException {
        HadoopFiles files = files();
        JsonObject found = UnitRecord.parse(files.name(manifest), files.readText(manifest));
        ObjectNode compared = Json.mapper().createObjectNode();
        job.fieldNames()
                .forEachRemaining(field -> compared.set(field, found.node().path(field)));
        requireSame(files.name(manifest), "", withoutVersion(compared), withoutVersion(job));
        return found;
    }

    private static ObjectNode withoutVersion(ObjectNode fields) {
        ObjectNode copy = fields.deepCopy();
        if (copy.path(Provenance.FIELD) instanceof ObjectNode provenance) {
            provenance.remove("assay_version");
        }
        return copy;
    }

    private static boolean isHidden(String file) {
        return file.substring(file.lastIndexOf('/') + 1).startsWith(".");
    }

    private static void requireSame(String file, String path, ObjectNode found, ObjectNode asked) {
        Set<String> fields = new LinkedHashSet<>();
        asked.fieldNames().forEachRemaining(fields::add);
        found.fieldNames().forEachRemaining(fields::add);
        for (String field : fields) {
            JsonNode before = found.path(field);
            JsonNode now = asked.path(field);
            if (before instanceof ObjectNode inner && now instanceof ObjectNode askedInner) {
                requireSame(file, path + field + ".", inner, askedInner);
            } else if (!before.toString().equals(now.toString())) {
                throw new InvalidInputException(file + ": " + path + field + " is "
                        + (before.isMissingNode() ? "missing" : before) + " in the job of this folder, expected "
                        + (now.isMissingNode() ? "no such field" : now) + "; use another folder for another job");
            }
        }
    }

    /**
     * Reads the records of the finished units whose files have the recorded lengths.
     *
     * @return records by the number of the unit
     * @throws IOException if the folder cannot be read
     */
    Map<Integer, UnitRecord> done() throws IOException {
        HadoopFiles files = files();
        Map<Integer, UnitRecord> done = new TreeMap<>();
        for (String file : files.list(DONE)) {
            if (file.endsWith(".json")) {
                read(files, file).ifPresent(record -> done.put(record.unit(), record));
            }
        }
        return done;
    }

    /**
     * Reads the record of a unit.
     *
     * @param unit the number of the unit
     * @return the record; empty if the unit is not finished, or a file is missing
     * @throws IOException if the folder cannot be read
     */
    Optional<UnitRecord> done(int unit) throws IOException {
        HadoopFiles files = files();
        return files.length(record(unit)) > 0 ? read(files, record(unit)) : Optional.empty();
    }

    private static Optional<UnitRecord> read(HadoopFiles files, String file) throws IOException {
        UnitRecord record = UnitRecord.read(UnitRecord.parse(files.name(file), files.readText(file)));
        return isThere(files, record) ? Optional.of(record) : Optional.empty();
    }

    private static boolean isThere(HadoopFiles files, UnitRecord record) throws IOException {
        for (UnitFile file : record.files()) {
            if (files.length(file.object()) != file.bytes() && files.length(file.name()) != file.bytes()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns whether all files of a record have the recorded hashes. Reads the files.
     *
     * @param record a record of {@link #done}
     * @throws IOException if a file cannot be read
     */
    boolean isIntact(UnitRecord record) throws IOException {
        HadoopFiles files = files();
        for (UnitFile file : record.files()) {
            String place = files.length(file.object()) == file.bytes() ? file.object() : file.name();
            if (files.length(place) != file.bytes() || !files.hash(place).equals(file.sha256())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the attempts of the running task at its units. Called by the thread of the task after it has loaded the model; any thread may
     * use the result.
     *
     * @return the attempts, whose files have the number of the task in their names
     * @throws IOException if the file system cannot be opened
     */
    TaskAttempts attempts() throws IOException {
        TaskContext task = TaskContext.get();
        String name = task == null
                ? "driver-" + ProcessHandle.current().pid()
                : SparkEnv.get().conf().getAppId() + "-" + task.stageId() + "." + task.stageAttemptNumber() + "-"
                        + task.taskAttemptId();
        return new TaskAttempts(files(), name, TaskEnvironment.current());
    }

    static String part(int unit, String attempt) {
        return String.format("%s/%06d.%s", PARTS, unit, attempt);
    }

    static String record(int unit) {
        return String.format("%s/%06d.json", DONE, unit);
    }

    /**
     * Moves the files of all units to their final names. Files that an earlier driver has moved stay where they are.
     *
     * @param records one record per unit
     * @throws IOException if a file cannot be moved
     */
    void publish(List<UnitRecord> records) throws IOException {
        HadoopFiles files = files();
        ExecutorService threads = Executors.newFixedThreadPool(MOVING_THREADS);
        try {
            List<Future<?>> moves = new ArrayList<>();
            for (UnitRecord record : records) {
                for (UnitFile file : record.files()) {
                    moves.add(threads.submit(() -> {
                        publish(files, file);
                        return null;
                    }));
                }
            }
            for (Future<?> move : moves) {
                SparkFailures.await(move);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void publish(HadoopFiles files, UnitFile file) throws IOException {
        if (files.length(file.object()) == file.bytes()) {
            files.move(file.object(), file.name());
        } else if (files.length(file.name()) != file.bytes()) {
            throw new IOException(files.name(file.object()) + " has " + files.length(file.object())
                    + " bytes, expected " + file.bytes() + "; another job may be running in the same folder");
        }
    }

    /**
     * Writes a file of the driver, which appears under its name only when it is complete.
     *
     * @param name the name, relative to the folder
     * @param content the content
     * @throws IOException if it cannot be written
     */
    void write(String name, String content) throws IOException {
        files().writeText(name, content);
    }

    /**
     * Deletes the files of a job that will not continue, and those of lost attempts of a complete one.
     *
     * @return the names of the deleted files that belonged to units
     * @throws IOException if a file cannot be deleted
     */
    List<String> abandon() throws IOException {
        List<String> deleted = new ArrayList<>();
        HadoopFiles files = files();
        if (has(DESCRIPTION) && !has(description(files).text(MANIFEST))) {
            for (UnitRecord record : done().values()) {
                for (UnitFile file : record.files()) {
                    if (files.length(file.name()) == file.bytes()) {
                        files.delete(file.name());
                        deleted.add(file.name());
                    }
                }
            }
            files.delete(JobReport.FILE);
        }
        deleted.addAll(clean());
        return deleted;
    }

    /**
     * Deletes the records and the files of lost attempts. Called after the manifest was written.
     *
     * @return the names of the deleted files that belonged to attempts
     * @throws IOException if a file cannot be deleted
     */
    List<String> clean() throws IOException {
        HadoopFiles files = files();
        List<String> orphans = files.list(PARTS);
        files.delete(WORK);
        return orphans;
    }
}
