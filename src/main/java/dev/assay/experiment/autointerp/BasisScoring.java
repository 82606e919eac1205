package dev.assay.experiment.autointerp;

import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Exclusion;
import dev.assay.explain.ExplainContext;
import dev.assay.explain.ExplainMethods;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureSample;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.offline.ConstantSimulator;
import dev.assay.explain.offline.OracleSimulator;
import dev.assay.explain.offline.RuleSimulator;
import dev.assay.explain.offline.ShuffledExplanations;
import dev.assay.explain.offline.TokenLookupExplainer;
import dev.assay.explain.score.SimulationScorer;
import dev.assay.explain.score.WholeCorpusScorer;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.Corpus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Explains and scores the features of a basis.
 *
 * @param explainer the name of the explainer, which writes rules
 * @param features the largest number of features
 * @param examples the numbers of windows
 */
record BasisScoring(String explainer, int features, ExampleOptions examples) {
    static final String SHUFFLED = "shuffled";

    ScoredBasis score(FeatureStore store, Corpus corpus) {
        ExampleSet set = ExampleSet.of(store, examples);
        ExplainContext context = ExplainContext.of(set).with(corpus);
        FeatureSample sample = set.sample(features);
        Explainer main = ExplainMethods.explainer(explainer, context);
        Simulator rule = ExplainMethods.simulator(RuleSimulator.NAME, context);
        Map<Integer, FeatureExamples> drawn = new LinkedHashMap<>();
        SortedMap<Integer, Explanation> explanations = new TreeMap<>();
        SortedMap<Integer, Explanation> lookups = new TreeMap<>();
        for (int latent : sample.latents()) {
            FeatureExamples of = set.of(latent);
            try {
                explanations.put(latent, main.explain(of));
                lookups.put(latent, new TokenLookupExplainer().explain(of));
                drawn.put(latent, of);
            } catch (ExplanationFailedException failed) {
                explanations.remove(latent);
            }
        }
        SortedMap<Integer, Explanation> shuffled = explanations.size() < 2
                ? new TreeMap<>()
                : ShuffledExplanations.of(explanations, store::density, examples.seed());
        List<ScoredBasis.Feature> scored = new ArrayList<>();
        drawn.forEach((latent, of) -> {
            Map<String, Map<String, Double>> rows = new TreeMap<>();
            rows.put(ScoredBasis.EXPLAINED, values(rule, explanations.get(latent), of));
            rows.put(TokenLookupExplainer.NAME, values(rule, lookups.get(latent), of));
            if (shuffled.containsKey(latent)) {
                rows.put(SHUFFLED, values(rule, shuffled.get(latent), of));
            }
            for (Simulator control : List.of(new OracleSimulator(), new ConstantSimulator())) {
                Explanation named =
                        Explanation.of(latent, control.name(), ExplainerDescription.offline(control.name()));
                rows.put(control.name(), values(control, named, of));
            }
            scored.add(new ScoredBasis.Feature(latent, ActivationMoments.of(of), rows));
        });
        return new ScoredBasis(
                store.latents(),
                count(sample, Exclusion.Reason.DEAD),
                count(sample, Exclusion.Reason.TOO_RARE),
                sample.latents().size() - scored.size(),
                scored);
    }

    private static int count(FeatureSample sample, Exclusion.Reason reason) {
        return (int) sample.exclusions().stream()
                .filter(exclusion -> exclusion.reason() == reason)
                .count();
    }

    private static Map<String, Double> values(Simulator simulator, Explanation explanation, FeatureExamples of) {
        Map<String, Double> values = new TreeMap<>();
        Scorer whole = new WholeCorpusScorer(simulator);
        whole.score(explanation, of).values().forEach((metric, value) -> {
            if (metric.isHeadline()) {
                values.put(metric.id(), value);
            }
        });
        Scorer windows = SimulationScorer.of(simulator).withoutCalibration();
        windows.score(explanation, of).values().forEach((metric, value) -> {
            if (PUBLISHED.contains(metric)) {
                values.put(metric.id(), value);
            }
        });
        return values;
    }

    /** The correlations of the published protocol, in the order of the columns. */
    static final List<ScoreMetric> PUBLISHED = List.of(
            ScoreMetric.CORRELATION_TOP_AND_RANDOM,
            ScoreMetric.CORRELATION_TOP,
            ScoreMetric.CORRELATION_RANDOM_ACTIVE,
            ScoreMetric.CORRELATION_RANDOM_ANY);
}
