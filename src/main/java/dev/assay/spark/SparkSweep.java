package dev.assay.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.store.ActivationStore;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.Provenance;
import dev.assay.run.sweep.PlannedMember;
import dev.assay.run.sweep.SweepFile;
import dev.assay.run.sweep.SweepFolder;
import dev.assay.spark.internal.file.HadoopFiles;
import dev.assay.spark.internal.file.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Trains the members of a sweep on stored activations, each group of members in a task of Spark.
 *
 * <pre>{@code
 * SparkSweep.Result result = SparkSweep.of(spark, SweepFile.fields(Path.of("sweep.yaml")), "hdfs:///runs/sweep").run();
 * }</pre>
 *
 * <p>The dictionaries and the rows of the table are those of {@code assay sweep} on one machine, bit for bit, for any number of executors and
 * members per task, except for the seconds of training. Each host copies the store to its local disk once, see the option
 * {@code spark.assay.cache}; a store on a local file system, which all hosts must share, is read in place.
 *
 * <p>A task that is lost starts again. On the same host it resumes from its last checkpoint. A sweep that is run again trains only members
 * without a result.
 */
public final class SparkSweep {
    /** The description of a completed job next to the table. Readers ignore files whose names start with a dot. */
    private static final String COMPLETED = ".sweep-job.json";

    private static final String GROUP_SIZE = "members_per_task";

    private final JavaSparkContext spark;
    private final JsonObject fields;
    private final String out;
    private int membersPerTask = 1;
    private Consumer<String> warnings = warning -> {};

    /**
     * The result of a sweep.
     *
     * @param table the table of all members
     * @param json the content of {@code sweep.json}
     */
    public record Result(SweepTable table, ObjectNode json) {
        /** Copies the JSON. */
        public Result {
            json = json.deepCopy();
        }
    }

    private SparkSweep(JavaSparkContext spark, JsonObject fields, String out) {
        this.spark = Objects.requireNonNull(spark);
        this.fields = Objects.requireNonNull(fields);
        this.out = Objects.requireNonNull(out);
    }

    /**
     * Creates a sweep with one member per task.
     *
     * @param spark the context of the application
     * @param fields the content of a sweep file with {@code activations}, see {@link SweepFile#fields}
     * @param out the output folder: absent, empty, or with results of the same sweep, on any Hadoop file system
     * @return the sweep
     */
    public static SparkSweep of(JavaSparkContext spark, JsonObject fields, String out) {
        return new SparkSweep(spark, fields, out);
    }

    /**
     * Sets the number of members that a task trains in one pass over the activations.
     *
     * @param count at least 1
     * @return this
     */
    public SparkSweep membersPerTask(int count) {
        membersPerTask = InvalidInputException.requireAtLeast(1, "the number of members per task", count);
        return this;
    }

    /**
     * Sets a listener for warnings.
     *
     * @param listener receives a sentence for each member without a best checkpoint
     * @return this
     */
    public SparkSweep warnings(Consumer<String> listener) {
        warnings = Objects.requireNonNull(listener);
        return this;
    }

    /**
     * Trains and evaluates all members, and writes a folder for each, the table and the plot.
     *
     * @return the result
     * @throws IOException if a file cannot be read or written, or Spark gives up after several failures of a task
     * @throws InvalidInputException if the sweep has no {@code activations}, a shared option is out of range, or the output folder holds
     *     another sweep
     */
    public Result run() throws IOException {
        return SparkFailures.run(this::runJob);
    }

    private Result runJob() throws IOException {
        SparkClassPath.check();
        SweepFile plan = SweepFile.of(fields);
        InvalidInputException.require(
                plan.activations() != null,
                () -> fields.file() + ": no field \"activations\", expected a store of activations");
        Configuration hadoop = spark.hadoopConfiguration();
        HadoopFiles store = HadoopFiles.in(plan.activations(), hadoop);
        JsonObject manifest = manifest(store, plan.activations());
        SharedFolder shared = SharedFolder.ofStore(plan.activations(), store, manifest, ActivationStore.MANIFEST);
        List<String> sites = plan.sites().isEmpty()
                ? manifest.objects("sites").stream()
                        .map(site -> site.text("name"))
                        .toList()
                : plan.sites();
        List<PlannedMember> members = plan.members(sites);
        ObjectNode job = job(manifest, members);
        JobFolder folder = JobFolder.of(out, hadoop);
        if (isCompleted(folder, job)) {
            return completed(folder);
        }
        folder.begin(job, SweepFolder.TABLE);
        Map<Integer, UnitRecord> done = new TreeMap<>(folder.done());
        int units = (members.size() + membersPerTask - 1) / membersPerTask;
        List<Integer> missing = IntStream.range(0, units)
                .filter(unit -> !done.containsKey(unit))
                .boxed()
                .toList();
        if (!missing.isEmpty()) {
            SweepTask task = new SweepTask(
                    folder,
                    shared,
                    new SerializableConfiguration(hadoop),
                    fields.node().toString(),
                    sites,
                    membersPerTask);
            train(task, missing).forEach(record -> done.put(record.unit(), record));
        }
        return write(folder, plan, job, members, List.copyOf(done.values()));
    }

    private static JsonObject manifest(HadoopFiles store, String name) throws IOException {
        InvalidInputException.require(
                store.exists(ActivationStore.MANIFEST),
                () -> name + " has no " + ActivationStore.MANIFEST + ", expected a folder written by assay harvest or"
                        + " assay spark harvest");
        return UnitRecord.parse(store.name(ActivationStore.MANIFEST), store.readText(ActivationStore.MANIFEST));
    }

    /** Returns everything that decides the content of the units. */
    private ObjectNode job(JsonObject manifest, List<PlannedMember> members) {
        ObjectNode job = Json.mapper().createObjectNode().put("job", "sweep").put(GROUP_SIZE, membersPerTask);
        job.set("sweep", fields.node());
        job.put("activations", manifest.text("sha256"));
        var names = job.putArray("members");
        members.forEach(member -> names.add(member.name()));
        return job;
    }

    private List<UnitRecord> train(SweepTask task, List<Integer> missing) {
        spark.sc()
                .setJobDescription(
                        "assay sweep: " + missing.size() + " tasks of up to " + membersPerTask + " dictionaries");
        LongAccumulator trained = spark.sc().longAccumulator("activations trained on");
        try {
            return spark.parallelize(missing, missing.size())
                    .map(unit -> task.train(unit, trained::add))
                    .collect();
        } finally {
            spark.sc().setJobDescription(null);
        }
    }

    private Result write(
            JobFolder folder, SweepFile plan, ObjectNode job, List<PlannedMember> members, List<UnitRecord> records)
            throws IOException {
        Map<String, SweepRow> rows = new LinkedHashMap<>();
        for (UnitRecord record : records) {
            SweepTask.rows(record).forEach(row -> rows.put(row.name(), row));
            SweepTask.warnings(record).forEach(warnings);
        }
        SweepTable table = new SweepTable(
                members.stream().map(member -> rows.get(member.name())).toList());
        folder.publish(records);
        Provenance provenance = SweepTask.provenance(records.get(0));
        ObjectNode json = upload(folder, plan, provenance, table);
        folder.write(COMPLETED, Json.pretty(job));
        folder.write(SweepFolder.TABLE, Json.pretty(json));
        folder.clean();
        return new Result(table, json);
    }

    /** Writes the plot to the output folder; returns the content of the table. */
    private ObjectNode upload(JobFolder folder, SweepFile plan, Provenance provenance, SweepTable table)
            throws IOException {
        String title = new org.apache.hadoop.fs.Path(out).getName();
        Path local = Files.createTempDirectory("assay-sweep");
        try {
            ObjectNode json = SweepFolder.write(local, plan, provenance, table, title, warnings);
            HadoopFiles files = folder.files();
            List<Path> plots = new ArrayList<>();
            try (var list = Files.list(local)) {
                list.filter(file -> !file.endsWith(SweepFolder.TABLE)).sorted().forEach(plots::add);
            }
            for (Path plot : plots) {
                files.write(plot.getFileName().toString(), stream -> Files.copy(plot, stream));
            }
            return json;
        } finally {
            SweepTask.delete(local);
        }
    }

    /** Returns whether the folder has the table of this sweep; the members per task do not matter. */
    private boolean isCompleted(JobFolder folder, ObjectNode job) throws IOException {
        if (!folder.has(SweepFolder.TABLE) || !folder.has(COMPLETED)) {
            return false;
        }
        HadoopFiles files = folder.files();
        ObjectNode found = UnitRecord.parse(files.name(COMPLETED), files.readText(COMPLETED))
                .node();
        InvalidInputException.require(
                content(found).equals(content(job)),
                () -> out + " holds another sweep (see " + files.name(COMPLETED)
                        + "), expected a new folder or the same sweep");
        return true;
    }

    /** Returns a job as text, without the number of members per task, which does not change the result. */
    private static String content(ObjectNode job) {
        ObjectNode content = job.deepCopy();
        content.remove(GROUP_SIZE);
        return content.toString();
    }

    private static Result completed(JobFolder folder) throws IOException {
        HadoopFiles files = folder.files();
        JsonObject table = UnitRecord.parse(files.name(SweepFolder.TABLE), files.readText(SweepFolder.TABLE));
        ObjectNode rows = table.node().deepCopy();
        rows.remove(Provenance.FIELD);
        return new Result(Json.mapper().treeToValue(rows, SweepTable.class), table.node());
    }
}
