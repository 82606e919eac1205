package dev.assay.spark;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.HarvestPlan;
import dev.assay.activation.store.HarvestUnit;
import dev.assay.activation.store.StoredShard;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.run.RunDescription;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.Split;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Writes the activations of a model to an {@link ActivationStore} with the executors of a Spark cluster.
 *
 * <pre>{@code
 * SparkHarvest.of(spark, run, SparkText.of(table, "text", "news of 2025", run.text()))
 *         .tokens(1_000_000_000L)
 *         .type(DataType.FLOAT16)
 *         .write("hdfs://namenode/activations");
 * }</pre>
 *
 * <p>With the same number of threads per task ({@code spark.task.cpus}), the same processor and the same libraries, the shards and the
 * manifest have the bytes of a harvest on one machine, for any number of executors and partitions, also after lost executors and repeated
 * tasks. The same call continues a job that was interrupted.
 */
public final class SparkHarvest {
    private static final String INDEX = "_job/index.json";

    private final JavaSparkContext spark;
    private final RunDescription run;
    private final SparkText text;
    private long tokens;
    private int shardRows;
    private DataType type = DataType.FLOAT32;
    private boolean specialTokens;
    private int skippedPositions;
    private int partitions;
    private ObjectNode note = Json.mapper().createObjectNode();

    private SparkHarvest(JavaSparkContext spark, RunDescription run, SparkText text) {
        this.spark = Objects.requireNonNull(spark, "spark");
        this.run = Objects.requireNonNull(run, "run");
        this.text = Objects.requireNonNull(text, "text");
    }

    /**
     * Describes a harvest of the text of a run.
     *
     * @param spark Spark
     * @param run the model, the sites and the text
     * @return the harvest
     */
    public static SparkHarvest of(JavaSparkContext spark, RunDescription run) {
        return of(spark, run, SparkText.of(run.text()));
    }

    /**
     * Describes a harvest of another text, such as documents in Spark.
     *
     * @param spark Spark
     * @param run the model and the sites; its text is not read
     * @param text the text
     * @return the harvest
     */
    public static SparkHarvest of(JavaSparkContext spark, RunDescription run, SparkText text) {
        return new SparkHarvest(spark, run, text);
    }

    /**
     * The result of a harvest.
     *
     * @param folder the folder of the store
     * @param rows the number of rows of the store
     * @param bytes the size of its shards
     * @param shards the number of its shards
     * @param written the number of shards that this job has written; fewer than all if it has continued an earlier one
     * @param endOfText whether the text has fewer rows than requested
     * @param warnings sentences about executors that differ; empty if the result can be reproduced to the byte
     */
    public record Result(
            String folder, long rows, long bytes, int shards, int written, boolean endOfText, List<String> warnings) {}

    /**
     * Sets the number of rows of the store, at least 1. Required.
     *
     * @param rows the number of rows; fewer are written if the text is shorter
     * @return this
     */
    public SparkHarvest tokens(long rows) {
        InvalidInputException.require(rows >= 1, "tokens is " + rows + ", expected at least 1");
        tokens = rows;
        return this;
    }

    /**
     * Sets the number of rows of a shard, at least 1. Default: 128 MiB of rows. A shard is in memory until it is written. It is the unit of
     * work: a lost executor loses at most the shard that it was computing.
     *
     * @param rows the number of rows
     * @return this
     */
    public SparkHarvest shardRows(int rows) {
        InvalidInputException.require(rows >= 1, "a shard has " + rows + " rows, expected at least 1");
        shardRows = rows;
        return this;
    }

    /**
     * Sets the type of the activations on disk, float32 (the default) or float16.
     *
     * @param onDisk the type
     * @return this
     */
    public SparkHarvest type(DataType onDisk) {
        type = Objects.requireNonNull(onDisk, "onDisk");
        return this;
    }

    /**
     * Sets whether special tokens (BOS, end of text, padding) have rows. Default: false.
     *
     * @param keep whether they have rows
     * @return this
     */
    public SparkHarvest specialTokens(boolean keep) {
        specialTokens = keep;
        return this;
    }

    /**
     * Leaves out the first positions of each context, a BOS token counted. Default: 0.
     *
     * @param count the number of positions
     * @return this
     */
    public SparkHarvest skippingPositions(int count) {
        skippedPositions = count;
        return this;
    }

    /**
     * Sets the number of tasks. It changes nothing in the result. Default: three per slot of the cluster.
     *
     * @param count at least 1; there are never more tasks than shards
     * @return this
     */
    public SparkHarvest partitions(int count) {
        partitions = InvalidInputException.requireAtLeast(1, "the number of partitions", count);
        return this;
    }

    /**
     * Sets a note for the manifest, such as the options of a command.
     *
     * @param fields any JSON
     * @return this
     */
    public SparkHarvest note(ObjectNode fields) {
        note = fields.deepCopy();
        return this;
    }

    /**
     * Runs the job. Progress is in Spark's user interface.
     *
     * @param folder a new or empty folder of any Hadoop file system, or one where the same job was interrupted
     * @return the result
     * @throws InvalidInputException if an option is out of range, the text has no context, the folder holds something else, or the hosts
     *     have different models
     * @throws IOException if a file cannot be read or written; then there is no manifest, and the same call continues
     */
    public Result write(String folder) throws IOException {
        SparkClassPath.check();
        InvalidInputException.require(tokens >= 1, "the number of tokens is not set, expected at least 1");
        HarvestTask.Options options =
                new HarvestTask.Options(tokens, shardRows, type, specialTokens, skippedPositions, note.toString());
        Configuration configuration = spark.hadoopConfiguration();
        JobFolder job = JobFolder.of(folder, configuration);
        if (!job.has(ActivationStore.MANIFEST)) {
            job.requireWritable();
        }
        try (var lease = ModelHolder.ofProcess().source(run, "")) {
            ModelReference model = new ModelReference(run, lease.hash());
            Corpus corpus = text.corpus(spark, lease.model().tokenizer());
            ModelActivationSource source = options.source(lease.model(), corpus);
            CorpusIndex index = index(job, model, source);
            HarvestPlan plan = options.harvest(source).plan(index);
            if (job.has(ActivationStore.MANIFEST)) {
                return complete(job, plan);
            }
            return harvest(job, plan, new HarvestTask(options, model, plan.units(), new TokenRate(spark)), index);
        }
    }

    private CorpusIndex index(JobFolder job, ModelReference model, ModelActivationSource source) throws IOException {
        Corpus corpus = source.corpus();
        if (job.has(INDEX)) {
            JsonObject json =
                    UnitRecord.parse(job.files().name(INDEX), job.files().readText(INDEX));
            CorpusIndex index = CorpusIndex.of(json, corpus, Split.TRAINING);
            if (index.selection().equals(source.selection()) && index.stride() == source.contextsPerPass()) {
                return index;
            }
        }
        try (JobDescription counting = JobDescription.set(spark, "assay harvest: count tokens")) {
            return text.index(spark, model, corpus, source.split(), source.selection(), source.contextsPerPass());
        }
    }

    private Result harvest(JobFolder job, HarvestPlan plan, HarvestTask task, CorpusIndex index) throws IOException {
        job.begin(plan.toJson().put("job", "harvest"), ActivationStore.MANIFEST);
        job.write(INDEX, index.toJson().toString());
        int before = job.done().size();
        List<UnitRecord> records;
        try (JobDescription running =
                JobDescription.set(spark, "assay harvest: " + plan.units().size() + " shards to " + job.folder())) {
            records = new UnitJob(spark, job, text, partitions)
                    .run(plan.units().size(), unit -> documents(plan.units().get(unit), index), task);
        }
        job.publish(records);
        List<StoredShard> shards = records.stream().map(HarvestTask::shard).toList();
        JobReport report = JobReport.of(records);
        job.write(JobReport.FILE, report.toJson());
        job.write(ActivationStore.MANIFEST, plan.manifestText(shards));
        job.clean();
        return new Result(
                job.folder(),
                plan.rows(),
                shards.stream().mapToLong(StoredShard::bytes).sum(),
                shards.size(),
                shards.size() - before,
                plan.endOfText(),
                report.warnings());
    }

    /** Returns the documents of the forward passes of a unit. */
    private static DocumentRange documents(HarvestUnit unit, CorpusIndex index) {
        int entry = Math.toIntExact(unit.start().position().context() / index.stride());
        while (entry < index.entries() && index.selectedBefore(entry) < unit.end()) {
            entry++;
        }
        long last = entry < index.entries() ? index.position(entry).document() : Long.MAX_VALUE;
        return new DocumentRange(unit.start().position().document(), last);
    }

    /** Returns the result of a job that was complete before. */
    private static Result complete(JobFolder job, HarvestPlan plan) throws IOException {
        JsonObject manifest = job.requireManifest(ActivationStore.MANIFEST, plan.toJson());
        List<StoredShard> shards =
                manifest.objects("shards").stream().map(StoredShard::read).toList();
        job.clean();
        return new Result(
                job.folder(),
                plan.rows(),
                shards.stream().mapToLong(StoredShard::bytes).sum(),
                shards.size(),
                0,
                plan.endOfText(),
                List.of());
    }

    /**
     * Deletes the files that lost tasks or an abandoned job have left in the folder of a harvest. A store is not changed; an incomplete job
     * starts again. No job may be running in the folder.
     *
     * @param spark Spark
     * @param folder the folder
     * @return the names of the deleted files
     * @throws IOException if a file cannot be deleted
     */
    public static List<String> clean(JavaSparkContext spark, String folder) throws IOException {
        return JobFolder.of(folder, spark.hadoopConfiguration()).abandon();
    }
}
