package dev.assay.explain.offline;

import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Explainer;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureSample;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Judge;
import dev.assay.explain.Part;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.TokenConcepts;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Scores explanations next to their controls. Every table has the rows oracle, constant and token-lookup, and per method a row with the
 * explanations of other features of similar density.
 *
 * <pre>{@code
 * ScoreTable table = ControlledScoring.of(examples, examples.sample(100), WholeCorpusScorer::new)
 *         .explained(new NgramExplainer(), new RuleSimulator(TokenConcepts.NONE))
 *         .score(ScoreMetric.HEADLINE);
 * }</pre>
 */
public final class ControlledScoring {
    /** The suffix of the names of rows with exchanged explanations. */
    public static final String SHUFFLED = ", shuffled";

    private final ExampleSet examples;
    private final FeatureSample sample;
    private final Function<Simulator, Scorer> protocol;
    private final ReferenceScores references;
    private final Map<String, Method> methods = new LinkedHashMap<>();
    private final List<ScoreRow> otherDictionaries = new ArrayList<>();

    private ControlledScoring(
            ExampleSet examples,
            FeatureSample sample,
            Function<Simulator, Scorer> protocol,
            ReferenceScores references) {
        this.examples = examples;
        this.sample = sample;
        this.protocol = protocol;
        this.references = references;
    }

    /** Explanations by latent and their judge. */
    private record Method(Map<Integer, Explanation> explanations, Scorer judge) {}

    /**
     * Creates a table without methods.
     *
     * @param examples the examples
     * @param sample the features to score
     * @param protocol creates the scorer of a simulator, such as {@code WholeCorpusScorer::new}; it scores the controls
     * @return the scoring
     */
    public static ControlledScoring of(
            ExampleSet examples, FeatureSample sample, Function<Simulator, Scorer> protocol) {
        return new ControlledScoring(examples, sample, protocol, ReferenceScores.of(protocol));
    }

    /**
     * Creates a table of a scorer that asks its own questions, such as {@link EmbeddingScorer}.
     *
     * @param examples the examples
     * @param sample the features to score
     * @param scorer scores the explanations of {@link #explained(Explainer)} and of token lookup
     * @return the scoring
     */
    public static ControlledScoring of(ExampleSet examples, FeatureSample sample, ItemScorer scorer) {
        return new ControlledScoring(examples, sample, simulator -> scorer, ReferenceScores.of(scorer));
    }

    /**
     * Adds a method with given explanations.
     *
     * @param name the name of its row
     * @param explanations the explanations by latent; features without one have no score
     * @param judge scores them
     * @return this
     */
    public ControlledScoring method(String name, Map<Integer, Explanation> explanations, Scorer judge) {
        InvalidInputException.require(
                methods.put(name, new Method(new TreeMap<>(explanations), judge)) == null,
                "two methods have the name \"" + name + "\", expected unique names");
        return this;
    }

    /**
     * Adds an explainer whose explanations the protocol scores. Its row has the kind of the explainer as its name.
     *
     * @param explainer explains every feature
     * @param simulator predicts activations from the explanations
     * @return this
     */
    public ControlledScoring explained(Explainer explainer, Simulator simulator) {
        return method(
                explainer.description().title(), explanations(examples, sample, explainer), protocol.apply(simulator));
    }

    /**
     * Adds an explainer whose explanations are judged like those of token lookup: by the scorer, or by their rules.
     *
     * @param explainer explains every feature
     * @return this
     */
    public ControlledScoring explained(Explainer explainer) {
        return explained(explainer, new RuleSimulator(TokenConcepts.NONE));
    }

    /**
     * Adds the control of another dictionary, such as one of a model with random weights. Its features are explained and scored in the same
     * way.
     *
     * @param name the name of its row and of the dictionary
     * @param others the examples of its features
     * @param drawn the features to score
     * @param explainer explains every feature
     * @param simulator predicts activations from the explanations
     * @return this
     */
    public ControlledScoring otherDictionary(
            String name, ExampleSet others, FeatureSample drawn, Explainer explainer, Simulator simulator) {
        Method method = new Method(explanations(others, drawn, explainer), protocol.apply(simulator));
        otherDictionaries.add(ScoreRow.control(name, method.judge().judge(), scores(others, method))
                .ofDictionary(name));
        return this;
    }

    /**
     * Computes all rows.
     *
     * @param metrics the columns
     * @return the methods, each followed by its exchanged explanations, then the other controls
     */
    public ScoreTable score(List<ScoreMetric> metrics) {
        Scorer lookupJudge = protocol.apply(new RuleSimulator(TokenConcepts.NONE));
        ScoreTable table = ScoreTable.of(lookupJudge.name(), metrics).excluding(sample.exclusions());
        List<ScoreTable.Omission> omissions = new ArrayList<>();
        for (Map.Entry<String, Method> entry : methods.entrySet()) {
            Method method = entry.getValue();
            Judge judge = method.judge().judge();
            table = table.with(ScoreRow.method(entry.getKey(), judge, scores(examples, method)));
            if (method.explanations().size() > 1) {
                Map<Integer, Explanation> shuffled = ShuffledExplanations.of(
                        method.explanations(),
                        latent -> examples.store().density(latent),
                        examples.options().seed());
                table = table.with(ScoreRow.control(
                        entry.getKey() + SHUFFLED, judge, scores(examples, new Method(shuffled, method.judge()))));
            } else {
                omissions.add(new ScoreTable.Omission(
                        entry.getKey() + SHUFFLED, "there is no explanation of another feature"));
            }
        }
        if (!methods.containsKey(TokenLookupExplainer.NAME)) {
            Map<Integer, Explanation> lookup = explanations(examples, sample, new TokenLookupExplainer());
            table = table.with(ScoreRow.control(
                    TokenLookupExplainer.NAME, lookupJudge.judge(), scores(examples, new Method(lookup, lookupJudge))));
        }
        table = table.with(reference(OracleSimulator.NAME, references::oracle))
                .with(reference(ConstantSimulator.NAME, references::constant));
        for (ScoreRow row : otherDictionaries) {
            table = table.with(row);
        }
        return table.omitting(omissions);
    }

    private ScoreRow reference(String name, Function<FeatureExamples, FeatureScore> score) {
        return ScoreRow.control(
                name,
                Judge.of(name),
                sample.latents().stream()
                        .map(latent -> score.apply(examples.of(latent)))
                        .toList());
    }

    /** Returns the explanations of the features that can be explained. */
    private static Map<Integer, Explanation> explanations(
            ExampleSet examples, FeatureSample sample, Explainer explainer) {
        Map<Integer, Explanation> explanations = new TreeMap<>();
        for (int latent : sample.latents()) {
            try {
                explanations.put(latent, explainer.explain(examples.of(latent).only(Part.TRAIN)));
            } catch (ExplanationFailedException failed) {
                // The row has fewer features than the others, which the table shows.
                continue;
            }
        }
        return explanations;
    }

    private static List<FeatureScore> scores(ExampleSet examples, Method method) {
        List<FeatureScore> scores = new ArrayList<>();
        method.explanations().forEach((latent, explanation) -> {
            FeatureExamples of = examples.of(latent);
            scores.add(method.judge().score(explanation, of));
        });
        return scores;
    }
}
