package dev.assay.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.attach.AttachedSites;
import dev.assay.evaluate.ActivationMean;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.evaluate.EvaluationTable;
import dev.assay.evaluate.EvaluationTotals;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.provenance.Provenance;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.Run;
import dev.assay.run.RunLayout;
import dev.assay.run.RunLoader;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.spark.internal.file.HadoopFiles;
import dev.assay.text.ContextRange;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.Split;
import dev.assay.text.TokenSelection;
import dev.assay.text.story.ConceptLabels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Evaluates a dictionary on held-out text with the executors of a Spark cluster, as {@link Evaluation} does on one machine.
 *
 * <pre>{@code
 * EvaluationReport report = SparkEvaluation.of(spark, "hdfs://namenode/runs/first", Run.loader())
 *         .tokens(10_000_000)
 *         .run()
 *         .report();
 * }</pre>
 *
 * <p>Executors measure units of the text; the driver adds their float64 sums in the order of the units. With the same number of threads per
 * task, the same processor and the same libraries, the figures have the bits of one machine, for any number of executors and partitions.
 */
public final class SparkEvaluation {
    private static final int TASKS_PER_SLOT = 3;
    private static final long CONCEPT_TOKENS = 60_000;

    private final JavaSparkContext spark;
    private final String name;
    private final RunLoader loader;
    private SparkText text; // null for the text of the run
    private long tokens = Evaluation.DEFAULT_TOKENS;
    private int skippedPositions;
    private double maxNormRatio; // 0 for no bound
    private boolean concepts;
    private int partitions;

    private SparkEvaluation(JavaSparkContext spark, String name, RunLoader loader) {
        this.spark = Objects.requireNonNull(spark, "spark");
        this.name = Objects.requireNonNull(name, "name");
        this.loader = Objects.requireNonNull(loader, "loader");
    }

    /**
     * Describes the evaluation of a dictionary on the text of its run.
     *
     * @param spark Spark
     * @param dictionary a run folder or a dictionary: a path that all hosts share, a name on the hub, or a URI of a Hadoop file system
     * @param loader the options of opening it, such as another model or text
     * @return the evaluation
     */
    public static SparkEvaluation of(JavaSparkContext spark, String dictionary, RunLoader loader) {
        return new SparkEvaluation(spark, dictionary, loader);
    }

    /**
     * The result of an evaluation.
     *
     * @param report the figures of the dictionary
     * @param heldOut whether held-out documents were read, rather than all documents
     * @param conceptTable the scores of concepts in plain text; empty if they were not requested
     * @param json the content of {@code evaluation.json}
     */
    public record Result(EvaluationReport report, boolean heldOut, String conceptTable, ObjectNode json) {
        /** Copies the JSON. */
        public Result {
            json = json.deepCopy();
        }
    }

    /**
     * Sets another text than that of the run, such as documents in Spark.
     *
     * @param documents the text
     * @return this
     */
    public SparkEvaluation text(SparkText documents) {
        text = Objects.requireNonNull(documents, "documents");
        return this;
    }

    /**
     * Sets the number of tokens to read.
     *
     * @param count at least 1, rounded up to whole forward passes; default 200,000
     * @return this
     */
    public SparkEvaluation tokens(long count) {
        tokens = InvalidInputException.requireAtLeast(1, "tokens", count);
        return this;
    }

    /**
     * Leaves the first positions of each context out of the figures, in addition to those that the dictionary was trained without.
     *
     * @param count at least 0; default 0
     * @return this
     */
    public SparkEvaluation skippingPositions(int count) {
        skippedPositions = InvalidInputException.requireAtLeast(0, "the number of positions to skip", count);
        return this;
    }

    /**
     * Leaves out tokens with large norms. The driver measures the median norm, so it needs a text that it can open itself.
     *
     * @param ratio the largest norm in multiples of the median norm, above 1
     * @return this
     */
    public SparkEvaluation maxNormRatio(double ratio) {
        maxNormRatio = ratio;
        return this;
    }

    /**
     * Sets whether latents are also scored as detectors of the concepts of generated stories. One task scores them.
     *
     * @param score whether they are scored
     * @return this
     */
    public SparkEvaluation concepts(boolean score) {
        concepts = score;
        return this;
    }

    /**
     * Sets the number of tasks of each of the two passes over the text. It changes nothing in the result. Default: three per slot of the
     * cluster.
     *
     * @param count at least 1
     * @return this
     */
    public SparkEvaluation partitions(int count) {
        partitions = InvalidInputException.requireAtLeast(1, "the number of partitions", count);
        return this;
    }

    /**
     * Evaluates the dictionary and writes {@code evaluation.json} to its folder.
     *
     * @return the figures
     * @throws InvalidInputException if dictionary, model and text do not match, or the text has no context
     * @throws IOException if a file cannot be read or written
     */
    public Result run() throws IOException {
        return SparkFailures.run(this::evaluate);
    }

    private Result evaluate() throws IOException {
        SparkClassPath.check();
        NativeLibraries.start(spark.getConf().getInt("spark.task.cpus", 1));
        DictionaryReference dictionary = DictionaryReference.of(name, loader, spark.hadoopConfiguration());
        try (Run run = dictionary.open();
                ModelLease<HookedTransformer> lease = ModelHolder.ofProcess().whole(run.description(), "")) {
            HookedTransformer model = lease.model();
            RunSubject subject = RunSubject.of(run, dictionary, lease.hash());
            SparkText source = text == null ? SparkText.of(run.description().text()) : text;
            Corpus corpus = source.corpus(spark, model.tokenizer());
            if (concepts) { // reports another text before the evaluation
                ConceptLabels.read(corpus, Split.HELD_OUT).close();
            }
            Split split = corpus.heldOutEvery() == 0 ? Split.ALL : Split.HELD_OUT;
            EvaluationTask.Options options =
                    new EvaluationTask.Options(tokens, split, leftOut(model, run.dictionary(), corpus, split));
            Evaluation evaluation = options.evaluation(model, run.dictionary(), corpus);
            evaluation.units().close(); // a dictionary that does not fit is refused before the tasks start
            EvaluationTable table = measure(source, subject, options, evaluation, corpus);
            Map<String, Object> figures = table.asMap();
            String conceptTable = "";
            if (concepts) {
                List<String> scored = scoreConcepts(source, subject);
                figures.put(EvaluationFigures.CONCEPTS, Json.mapper().readTree(scored.get(0)));
                conceptTable = scored.get(1);
            }
            Provenance provenance =
                    run.heldOutProvenance(model, corpus, table.dictionary().tokens());
            return new Result(
                    table.dictionary(),
                    split == Split.HELD_OUT,
                    conceptTable,
                    write(run.layout().folder(), figures, provenance));
        }
    }

    private LeftOutTokens leftOut(HookedTransformer model, SparseAutoencoder sae, Corpus corpus, Split split)
            throws IOException {
        LeftOutTokens positions = LeftOutTokens.NONE.withFirstPositions(skippedPositions);
        if (maxNormRatio == 0) {
            return positions;
        }
        ActivationSource source = ActivationSource.of(
                        model, AttachedSites.of(model, sae).reads(), corpus)
                .split(split)
                .withSpecialTokens(!sae.metadata().excludesSpecialTokens());
        return positions.withLargestNorms(NormBoundedSource.ofRatio(source, maxNormRatio)
                .provenance()
                .text()
                .leftOut()
                .largestNorms());
    }

    private EvaluationTable measure(
            SparkText source, RunSubject subject, EvaluationTask.Options options, Evaluation evaluation, Corpus corpus)
            throws IOException {
        int stride = Math.toIntExact(evaluation.plan().contextsPerUnit());
        CorpusIndex index;
        try (JobDescription counting = JobDescription.set(spark, "assay evaluate: count tokens")) {
            index = source.index(
                    spark,
                    new ModelReference(subject.model().run(), ""),
                    corpus,
                    options.split(),
                    TokenSelection.WITHOUT_SPECIAL,
                    stride);
        }
        index.requireContext(corpus);
        List<List<EvaluationTask.Unit>> tasks = tasks(evaluation.plan().units(), index);
        List<DocumentRange> documents =
                tasks.stream().map(units -> documents(units, index)).toList();
        TokenRate rate = new TokenRate(spark);
        ActivationMean mean = ActivationMean.NONE;
        try (JobDescription first = JobDescription.set(spark, "assay evaluate: mean activation")) {
            EvaluationTask task = new EvaluationTask(options, subject, tasks, mean, 1, rate);
            for (ActivationMean next : EvaluationTask.means(source.run(spark, documents, task))) {
                mean = mean.plus(next);
            }
        }
        EvaluationTotals totals = evaluation.totals();
        try (JobDescription second = JobDescription.set(spark, "assay evaluate: reconstruction and losses")) {
            EvaluationTask task = new EvaluationTask(options, subject, tasks, mean, 2, rate);
            for (String sums : source.run(spark, documents, task)) {
                totals.add(EvaluationTask.sums(sums));
            }
        }
        return totals.table();
    }

    /** Divides the units that the text has among tasks. */
    private List<List<EvaluationTask.Unit>> tasks(List<ContextRange> plan, CorpusIndex index) {
        long contexts = index.contexts().to();
        List<EvaluationTask.Unit> units = plan.stream()
                .filter(unit -> unit.from() < contexts)
                .map(unit -> new EvaluationTask.Unit(
                        unit, new ContextRange(unit.from(), Math.min(unit.to(), contexts)), index.before(unit.from())))
                .toList();
        int count = Math.min(
                units.size(), partitions > 0 ? partitions : TASKS_PER_SLOT * Math.max(1, spark.defaultParallelism()));
        List<List<EvaluationTask.Unit>> tasks = new ArrayList<>();
        for (int task = 0; task < count; task++) {
            int from = (int) ((long) units.size() * task / count);
            int to = (int) ((long) units.size() * (task + 1) / count);
            tasks.add(new ArrayList<>(units.subList(from, to)));
        }
        return tasks;
    }

    private static DocumentRange documents(List<EvaluationTask.Unit> units, CorpusIndex index) {
        long end = units.get(units.size() - 1).read().to();
        long entry = (end + index.stride() - 1) / index.stride();
        long last = entry < index.entries() ? index.position((int) entry).document() : Long.MAX_VALUE;
        return new DocumentRange(units.get(0).before().document(), last);
    }

    private List<String> scoreConcepts(SparkText source, RunSubject subject) throws IOException {
        try (JobDescription running = JobDescription.set(spark, "assay evaluate: concepts of stories")) {
            return source.run(
                    spark,
                    List.of(new DocumentRange(0, Long.MAX_VALUE)),
                    new ConceptTask(subject, Math.min(tokens, CONCEPT_TOKENS)));
        }
    }

    /** Writes the figures to the folder of the dictionary. */
    private ObjectNode write(Path folder, Map<String, Object> figures, Provenance provenance) throws IOException {
        if (!DictionaryReference.isUri(name)) {
            return EvaluationFigures.write(folder, figures, provenance);
        }
        Path local = Files.createTempDirectory("assay-evaluation");
        try {
            ObjectNode json = EvaluationFigures.write(local, figures, provenance);
            HadoopFiles.in(name, spark.hadoopConfiguration())
                    .writeText(new RunLayout(local).evaluation().getFileName().toString(), Json.pretty(json));
            return json;
        } finally {
            SweepTask.delete(local);
        }
    }
}
