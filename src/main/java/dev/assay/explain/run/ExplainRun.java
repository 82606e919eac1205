package dev.assay.explain.run;

import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Explainer;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureSample;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.Part;
import dev.assay.explain.Scorer;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.offline.ConstantSimulator;
import dev.assay.explain.offline.OracleSimulator;
import dev.assay.explain.offline.ReferenceScores;
import dev.assay.explain.offline.ShuffledExplanations;
import dev.assay.explain.offline.TokenLookupExplainer;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import dev.assay.run.StoredExplanations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Explains features and scores the explanations next to their controls: exchanged explanations, token lookup, oracle and constant. Results
 * that the log has are not computed again, so a run that was killed is resumed by the same call.
 *
 * <pre>{@code
 * try (ExplainLog log = ExplainLog.open(folder, plan)) {
 *     ExplainSummary summary = ExplainRun.of(examples, examples.sample(100), explainer)
 *             .table(ScoredTable.of("whole-corpus", new WholeCorpusScorer(rule), WholeCorpusScorer::new))
 *             .run(log, ExplainRun.Progress.NONE);
 * }
 * }</pre>
 */
public final class ExplainRun {
    /** The name of the row with exchanged explanations. */
    public static final String SHUFFLED = "shuffled";

    private final ExampleSet examples;
    private final FeatureSample sample;
    private final Explainer explainer;
    private final List<ScoredTable> tables = new ArrayList<>();
    private final Map<Integer, FeatureExamples> drawn = new HashMap<>(); // by latent
    private boolean controls = true;
    private int concurrency = 1;

    private ExplainRun(ExampleSet examples, FeatureSample sample, Explainer explainer) {
        this.examples = examples;
        this.sample = sample;
        this.explainer = explainer;
    }

    /** Receives the progress of a run. */
    @FunctionalInterface
    public interface Progress {
        /** Ignores the progress. */
        Progress NONE = (done, total) -> {};

        /**
         * Receives the number of results.
         *
         * @param done the number of explanations and scores so far
         * @param total the number of all explanations and scores
         */
        void update(long done, long total);
    }

    /**
     * Creates a run without tables.
     *
     * @param examples the examples
     * @param sample the features to explain
     * @param explainer explains them
     * @return the run
     */
    public static ExplainRun of(ExampleSet examples, FeatureSample sample, Explainer explainer) {
        return new ExplainRun(examples, sample, explainer);
    }

    /**
     * Adds a table of scores.
     *
     * @param table the table
     * @return this
     * @throws InvalidInputException if a table has the same name
     */
    public ExplainRun table(ScoredTable table) {
        InvalidInputException.require(
                tables.stream().noneMatch(other -> other.name().equals(table.name())),
                "two tables have the name \"" + table.name() + "\", expected unique names");
        tables.add(table);
        return this;
    }

    /**
     * Leaves out the controls, for a run that is a control itself.
     *
     * @return this
     */
    public ExplainRun withoutControls() {
        controls = false;
        return this;
    }

    /**
     * Explains several features concurrently, with a language model that answers requests concurrently.
     *
     * @param features the largest number of features, at least 1
     * @return this
     */
    public ExplainRun concurrency(int features) {
        concurrency = InvalidInputException.requireAtLeast(1, "the number of concurrent features", features);
        return this;
    }

    /** A row of a table: the features and their scores, which are computed if the log lacks them. */
    private record Row(String name, Judge judge, Collection<Integer> latents, IntFunction<FeatureScore> score) {
        boolean isControl() {
            return !name.equals(StoredExplanations.ROW);
        }
    }

    /**
     * Computes all results that the log lacks.
     *
     * @param log receives each result
     * @param progress receives the number of results
     * @return the tables
     * @throws IOException if the log cannot be written
     * @throws InvalidInputException if no further result can be computed, such as for an invalid key of a server
     */
    public ExplainSummary run(ExplainLog log, Progress progress) throws IOException {
        long rows = tables.stream()
                .mapToLong(table -> controls ? (table.has(TokenLookupExplainer.NAME) ? 5 : 4) : 1)
                .sum();
        Counter counter = new Counter(progress, sample.latents().size() * (1 + rows));
        explain(log, counter);
        Map<Integer, Explanation> known = new TreeMap<>(log.explanations());
        known.keySet().retainAll(sample.latents());
        List<ScoreTable> scored = new ArrayList<>();
        Map<Integer, Explanation> lookup = tables.isEmpty() || !controls ? Map.of() : lookup();
        for (ScoredTable table : tables) {
            scored.add(score(table, known, lookup, log, counter));
        }
        List<FailedExplanation> failed = log.failures().values().stream()
                .filter(one -> sample.latents().contains(one.latent()))
                .toList();
        return new ExplainSummary(explainer.description().title(), known.size(), failed, sample.exclusions(), scored);
    }

    /** Counts results. */
    private static final class Counter {
        private final Progress progress;
        private final long total;
        private long done;

        Counter(Progress progress, long total) {
            this.progress = progress;
            this.total = total;
        }

        void add() {
            progress.update(Math.min(++done, total), total);
        }
    }

    /** The result of an explainer. */
    private interface Result {
        void addTo(ExplainLog log) throws IOException;
    }

    private void explain(ExplainLog log, Counter counter) throws IOException {
        List<Integer> latents = sample.latents();
        for (int start = 0; start < latents.size(); start += concurrency) {
            List<Integer> group = latents.subList(start, Math.min(latents.size(), start + concurrency));
            List<FeatureExamples> missing = group.stream()
                    .filter(latent -> !log.isSettled(latent))
                    .map(this::of)
                    .toList();
            for (Result result : RequestBatch.send(concurrency, missing, this::explain)) {
                result.addTo(log);
            }
            group.forEach(latent -> counter.add());
        }
    }

    private Result explain(FeatureExamples of) {
        try {
            Explanation explanation = explainer.explain(of.only(Part.TRAIN));
            return log -> log.add(explanation);
        } catch (ExplanationFailedException failed) {
            FailedExplanation failure = new FailedExplanation(of.latent(), failed.kind(), failed.getMessage());
            return log -> log.add(failure, explainer.description());
        }
    }

    /** Returns the examples of a feature, which several rows and tables share. */
    private FeatureExamples of(int latent) {
        return drawn.computeIfAbsent(latent, examples::of);
    }

    private Map<Integer, Explanation> lookup() {
        Map<Integer, Explanation> explanations = new TreeMap<>();
        Explainer tokens = new TokenLookupExplainer();
        for (int latent : sample.latents()) {
            try {
                explanations.put(latent, tokens.explain(of(latent).only(Part.TRAIN)));
            } catch (ExplanationFailedException none) {
                continue; // the row has fewer features than the others, which the table shows
            }
        }
        return explanations;
    }

    private ScoreTable score(
            ScoredTable table,
            Map<Integer, Explanation> known,
            Map<Integer, Explanation> lookup,
            ExplainLog log,
            Counter counter)
            throws IOException {
        List<Row> rows = new ArrayList<>();
        List<ScoreTable.Omission> omissions = new ArrayList<>(table.omissions());
        rows.add(judged(StoredExplanations.ROW, table, known));
        if (controls) {
            if (known.size() > 1) {
                rows.add(judged(
                        SHUFFLED,
                        table,
                        ShuffledExplanations.of(
                                known,
                                latent -> examples.store().density(latent),
                                examples.options().seed())));
            } else {
                omissions.add(new ScoreTable.Omission(SHUFFLED, "there is no explanation of another feature"));
            }
            if (table.has(TokenLookupExplainer.NAME)) {
                rows.add(judged(TokenLookupExplainer.NAME, table, lookup));
            }
            ReferenceScores references = table.references();
            rows.add(reference(OracleSimulator.NAME, references::oracle));
            rows.add(reference(ConstantSimulator.NAME, references::constant));
        }
        List<ScoreRow> scored = new ArrayList<>();
        for (Row row : rows) {
            List<FeatureScore> scores = scores(table, row, log, counter);
            scored.add(
                    row.isControl()
                            ? ScoreRow.control(row.name(), row.judge(), scores)
                            : ScoreRow.method(row.name(), row.judge(), scores));
        }
        ScoreTable result = ScoreTable.of(table.name(), ExplainSummary.columns(scored))
                .excluding(sample.exclusions())
                .omitting(omissions);
        for (ScoreRow row : scored) {
            result = result.with(row);
        }
        return result;
    }

    private Row judged(String name, ScoredTable table, Map<Integer, Explanation> explanations) {
        Scorer scorer = table.scorer();
        return new Row(
                name,
                scorer.judge(),
                explanations.keySet(),
                latent -> scorer.score(explanations.get(latent), of(latent)));
    }

    private Row reference(String name, Function<FeatureExamples, FeatureScore> score) {
        return new Row(name, Judge.of(name), sample.latents(), latent -> score.apply(of(latent)));
    }

    private List<FeatureScore> scores(ScoredTable table, Row row, ExplainLog log, Counter counter) throws IOException {
        String judge = row.judge().titleIn(table.scorer().name());
        List<FeatureScore> scores = new ArrayList<>();
        for (int latent : row.latents()) {
            ScoreKey key = new ScoreKey(table.name(), row.name(), judge, latent);
            if (log.score(key).isEmpty()) {
                log.add(key, row.score().apply(latent));
            }
            scores.add(log.score(key).orElseThrow());
            counter.add();
        }
        return scores;
    }
}
