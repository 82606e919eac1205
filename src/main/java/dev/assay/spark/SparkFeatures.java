package dev.assay.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureMerge;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.Provenance;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import dev.assay.spark.internal.file.HadoopFiles;
import dev.assay.text.ContextRange;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.Split;
import dev.assay.text.TokenSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Builds a {@link FeatureStore} of a dictionary with the executors of a Spark cluster. Executors write parts of the store, which the driver
 * merges.
 *
 * <pre>{@code
 * SparkFeatures.of(spark, "hdfs://namenode/runs/first", Run.loader())
 *         .tokens(100_000_000)
 *         .write("hdfs://namenode/runs/first/features");
 * }</pre>
 *
 * <p>With the same number of threads per task, the same processor and the same libraries, the files have the bytes of
 * {@link FeatureCollector} on one machine, for any number of executors and partitions. The same call continues a job that was interrupted.
 * The driver needs disk space for the parts, some 10 bytes per activation, and for the store.
 */
public final class SparkFeatures {
    private static final String MANIFEST = "features.json";
    /** The manifest of a folder of parts. */
    static final String PARTS = "feature-parts.json";

    private static final String MERGED = "_job/merged";
    private static final String INDEX = "_job/index.json";
    private static final int CONTEXTS_PER_UNIT = 512;
    private static final int PARTNERS = 32;

    private final JavaSparkContext spark;
    private final String name;
    private final RunLoader loader;
    private SparkText text; // null for the text of the run
    private long tokens = 1_000_000;
    private Split split = Split.ALL;
    private int partners = PARTNERS;
    private int contextsPerUnit = CONTEXTS_PER_UNIT;
    private int partitions;
    private boolean rebuild;

    private SparkFeatures(JavaSparkContext spark, String name, RunLoader loader) {
        this.spark = Objects.requireNonNull(spark, "spark");
        this.name = Objects.requireNonNull(name, "name");
        this.loader = Objects.requireNonNull(loader, "loader");
    }

    /**
     * Describes the store of a dictionary on the text of its run.
     *
     * @param spark Spark
     * @param dictionary a run folder or a dictionary: a path that all hosts share, a name on the hub, or a URI of a Hadoop file system
     * @param loader the options of opening it, such as another model or text
     * @return the job
     */
    public static SparkFeatures of(JavaSparkContext spark, String dictionary, RunLoader loader) {
        return new SparkFeatures(spark, dictionary, loader);
    }

    /**
     * The result of a job.
     *
     * @param folder the folder of the store
     * @param latents the number of latents
     * @param tokens the number of tokens in the statistics
     * @param parts the number of merged parts; 0 if the store was complete before
     * @param warnings sentences about executors that differ; empty if the result can be reproduced to the byte
     */
    public record Result(String folder, int latents, long tokens, int parts, List<String> warnings) {
        /** Copies the list. */
        public Result {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Sets another text than that of the run, such as documents in Spark.
     *
     * @param documents the text
     * @return this
     */
    public SparkFeatures text(SparkText documents) {
        text = Objects.requireNonNull(documents, "documents");
        return this;
    }

    /**
     * Sets the number of tokens to read, as {@link FeatureCollector#tokens}.
     *
     * @param count the number of tokens in the statistics; default 1,000,000
     * @return this
     */
    public SparkFeatures tokens(long count) {
        tokens = count;
        return this;
    }

    /**
     * Sets the documents to read.
     *
     * @param documents the split; default all documents
     * @return this
     */
    public SparkFeatures split(Split documents) {
        split = Objects.requireNonNull(documents, "documents");
        return this;
    }

    /**
     * Sets the number of coactivating latents to store per latent and measure.
     *
     * @param count at least 0; default 32
     * @return this
     */
    public SparkFeatures partners(int count) {
        partners = count;
        return this;
    }

    /**
     * Sets the number of contexts of a unit of work. It changes nothing in the result.
     *
     * @param count at least 1, rounded up to whole forward passes; default 512
     * @return this
     */
    public SparkFeatures contextsPerUnit(int count) {
        contextsPerUnit = InvalidInputException.requireAtLeast(1, "the number of contexts per unit", count);
        return this;
    }

    /**
     * Sets the number of tasks. It changes nothing in the result. Default: three per slot of the cluster.
     *
     * @param count at least 1
     * @return this
     */
    public SparkFeatures partitions(int count) {
        partitions = InvalidInputException.requireAtLeast(1, "the number of partitions", count);
        return this;
    }

    /**
     * Sets whether a store that is already in the folder is replaced. The default is an error, unless it is the same store.
     *
     * @param replace whether to replace it
     * @return this
     */
    public SparkFeatures rebuild(boolean replace) {
        rebuild = replace;
        return this;
    }

    /**
     * Builds the store. Progress is in Spark's user interface.
     *
     * @param folder a new or empty folder of any Hadoop file system, or one where the same job was interrupted
     * @return the result
     * @throws InvalidInputException if dictionary, model and text do not match, or the folder holds something else
     * @throws IOException if a file cannot be read or written; then there is no new store, and the same call continues
     */
    public Result write(String folder) throws IOException {
        JobFolder job = JobFolder.of(folder, spark.hadoopConfiguration());
        return SparkFailures.run(() -> {
            SparkClassPath.check();
            return build(job, MANIFEST, this::merge);
        });
    }

    /**
     * Writes the parts of the store without merging them, for {@link SparkScan}: a text can have more tokens than one store, and the
     * driver needs no disk space.
     *
     * @param folder a new or empty folder of any Hadoop file system, or one where the same job was interrupted
     * @return the result
     * @throws InvalidInputException if dictionary, model and text do not match, or the folder holds something else
     * @throws IOException if a file cannot be read or written; then there is no manifest, and the same call continues
     */
    public Result writeParts(String folder) throws IOException {
        JobFolder job = JobFolder.of(folder, spark.hadoopConfiguration());
        return SparkFailures.run(() -> {
            SparkClassPath.check();
            InvalidInputException.require(
                    !job.has(PARTS), () -> folder + " has a complete set of parts, expected a new folder");
            return build(job, PARTS, this::publishParts);
        });
    }

    /** Completes a job from the records of all units. */
    private interface Completion {
        Result of(JobFolder job, List<UnitRecord> records) throws IOException;
    }

    private Result publishParts(JobFolder job, List<UnitRecord> records) throws IOException {
        job.publish(records);
        ObjectNode manifest = Json.mapper().createObjectNode().put("format", "assay-feature-parts");
        var list = manifest.putArray("parts");
        long found = 0;
        for (UnitRecord record : records) {
            list.add(FeaturesTask.part(record)
                    .toJson()
                    .put("file", record.files().get(0).name()));
            found += FeaturesTask.part(record).tokens();
        }
        job.write(PARTS, Json.pretty(manifest));
        job.clean();
        return new Result(
                job.folder(),
                FeaturesTask.latents(records.get(0)),
                found,
                records.size(),
                JobReport.of(records).warnings());
    }

    private Result build(JobFolder job, String manifest, Completion completion) throws IOException {
        NativeLibraries.start(spark.getConf().getInt("spark.task.cpus", 1));
        DictionaryReference dictionary = DictionaryReference.of(name, loader, spark.hadoopConfiguration());
        try (Run run = dictionary.open();
                ModelLease<HookedTransformer> lease = ModelHolder.ofProcess().whole(run.description(), "")) {
            RunSubject subject = RunSubject.of(run, dictionary, lease.hash());
            SparkText source = text == null ? SparkText.of(run.description().text()) : text;
            Corpus corpus = source.corpus(spark, lease.model().tokenizer());
            ObjectNode note = run.description()
                    .withText(run.description().text().resolved(corpus.tokenizer()))
                    .toJson();
            FeaturesTask.Options options = new FeaturesTask.Options(tokens, split, partners, note.toString());
            FeatureCollector collector = options.collector(lease.model(), run.dictionary(), corpus);
            boolean exists = job.has(manifest) && !rebuild;
            if (!exists) {
                job.requireWritable();
            }
            CorpusIndex index = index(
                    job, source, new ModelReference(subject.model().run(), ""), corpus, collector.contextsPerPass());
            if (exists) {
                return complete(job, subject, corpus, index);
            }
            List<FeaturesTask.Unit> units = collector.units(index, contextsPerUnit).stream()
                    .map(range -> new FeaturesTask.Unit(range, index.before(range.from())))
                    .toList();
            begin(job, manifest, subject, index, options);
            FeaturesTask task = new FeaturesTask(options, subject, units, new TokenRate(spark));
            List<UnitRecord> records = collect(job, source, task, index);
            return completion.of(job, records);
        }
    }

    private CorpusIndex index(JobFolder job, SparkText source, ModelReference model, Corpus corpus, int stride)
            throws IOException {
        if (job.has(INDEX)) {
            CorpusIndex found = CorpusIndex.of(
                    UnitRecord.parse(job.files().name(INDEX), job.files().readText(INDEX)), corpus, split);
            if (found.stride() == stride) {
                return found;
            }
        }
        try (JobDescription counting = JobDescription.set(spark, "assay features: count tokens")) {
            return source.index(spark, model, corpus, split, TokenSelection.WITHOUT_SPECIAL, stride);
        }
    }

    private void begin(
            JobFolder job, String manifest, RunSubject subject, CorpusIndex index, FeaturesTask.Options options)
            throws IOException {
        if (rebuild && job.has(MANIFEST)) {
            HadoopFiles files = job.files();
            files.delete(MANIFEST); // readers see no store while its data are replaced
            for (String file : files.list("")) {
                if (!file.startsWith("_job/")) {
                    files.delete(file);
                }
            }
        }
        ObjectNode about = Json.mapper()
                .createObjectNode()
                .put("job", "features")
                .put("writes", manifest)
                .put("dictionary", subject.artifact().hash())
                .put("model_hash", subject.model().hash())
                .put("tokens", options.tokens())
                .put("partners", options.partners())
                .put("contexts_per_unit", contextsPerUnit);
        about.set("note", UnitRecord.parse("the note", options.note()).node());
        ObjectNode corpus = index.toJson();
        corpus.remove("positions");
        about.set("text", corpus);
        job.begin(about, manifest);
        job.write(INDEX, index.toJson().toString());
    }

    /** Collects parts until they have enough tokens. The number of tokens of a part can depend on its activations. */
    private List<UnitRecord> collect(JobFolder job, SparkText source, FeaturesTask task, CorpusIndex index)
            throws IOException {
        List<FeaturesTask.Unit> units = task.units();
        UnitJob runner = new UnitJob(spark, job, source, partitions);
        long enough = index.contextsUntil(tokens);
        int count = (int)
                units.stream().filter(unit -> unit.range().from() < enough).count();
        try (JobDescription running =
                JobDescription.set(spark, "assay features: " + tokens + " tokens to " + job.folder())) {
            while (true) {
                List<UnitRecord> records =
                        runner.run(count, unit -> documents(units.get(unit).range(), index), task);
                long found = records.stream()
                        .mapToLong(record -> FeaturesTask.part(record).tokens())
                        .sum();
                if (found >= tokens || count == units.size()) {
                    return records;
                }
                count = next(count, found, units.size());
            }
        }
    }

    /** Estimates the number of units with enough tokens from the tokens of some units. */
    private int next(int count, long found, int all) {
        double needed = found == 0 ? 2.0 * count : Math.ceil((double) count * tokens / found);
        return (int) Math.min(all, Math.max(count + 1L, (long) needed));
    }

    private static DocumentRange documents(ContextRange range, CorpusIndex index) {
        long entry = (range.to() + index.stride() - 1) / index.stride();
        long last = entry < index.entries() ? index.position((int) entry).document() : Long.MAX_VALUE;
        return new DocumentRange(index.before(range.from()).document(), last);
    }

    private Result merge(JobFolder job, List<UnitRecord> records) throws IOException {
        HadoopFiles files = job.files();
        boolean local = files.isLocal();
        Path work = local ? files.local().resolve(MERGED) : Files.createTempDirectory("assay-features");
        try {
            List<Path> parts = new ArrayList<>();
            for (UnitRecord record : records) {
                parts.add(part(files, record, work));
            }
            FeatureStore store = FeatureMerge.of(parts).write(work.resolve("store"));
            publish(files, work.resolve("store"), local);
            JobReport report = JobReport.of(records);
            job.clean();
            return new Result(job.folder(), store.latents(), store.tokens(), parts.size(), report.warnings());
        } finally {
            SweepTask.delete(work);
        }
    }

    private static Path part(HadoopFiles files, UnitRecord record, Path work) throws IOException {
        String object = record.files().get(0).object();
        if (files.isLocal()) {
            return files.local().resolve(object);
        }
        Path copy = work.resolve(record.files().get(0).name());
        files.download(object, copy);
        FeaturesTask.part(record).verify(copy);
        return copy;
    }

    /** Makes the files of a store visible, the manifest last. */
    private static void publish(HadoopFiles files, Path store, boolean local) throws IOException {
        List<String> names = new ArrayList<>();
        try (var list = Files.list(store)) {
            list.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals(MANIFEST))
                    .forEach(names::add);
        }
        names.add(MANIFEST);
        for (String file : names) {
            if (local) {
                files.move(MERGED + "/store/" + file, file);
            } else if (file.equals(MANIFEST)) {
                files.writeText(file, Files.readString(store.resolve(file)));
            } else {
                files.write(file, out -> Files.copy(store.resolve(file), out));
            }
        }
    }

    /** Returns the result of a job that was complete before. */
    private Result complete(JobFolder job, RunSubject subject, Corpus corpus, CorpusIndex index) throws IOException {
        HadoopFiles files = job.files();
        JsonObject manifest = UnitRecord.parse(files.name(MANIFEST), files.readText(MANIFEST));
        Provenance found = Provenance.read(manifest.object(Provenance.FIELD));
        boolean same = found.model().hash().equals(subject.model().hash())
                && found.parents().contains(subject.artifact())
                && found.text().description().equals(corpus.description())
                && found.text().contextLength() == corpus.contextLength()
                && found.text().tokens() < tokens + corpus.contextLength()
                && (found.text().tokens() >= tokens
                        || found.text().contexts() == index.contexts().size());
        InvalidInputException.require(
                same,
                () -> job.folder() + " has a store of another dictionary or text (see " + files.name(MANIFEST)
                        + "), expected a new folder, or --rebuild to replace it");
        job.clean();
        return new Result(
                job.folder(), manifest.integer("latents"), found.text().tokens(), 0, List.of());
    }
}
