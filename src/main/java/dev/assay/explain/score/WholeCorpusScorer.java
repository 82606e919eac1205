package dev.assay.explain.score;

import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.Part;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import dev.assay.explain.measure.ConfusionMatrix;
import dev.assay.explain.measure.RankedOutcomes;
import dev.assay.explain.measure.SimulationAccumulator;
import dev.assay.explain.measure.SimulationScore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scores an explanation on every token of the test documents: F1, AUPRC and Pearson correlation without any sampling. A token is active if the
 * activation of the feature is above 0. The threshold of F1 has the largest F1 on all tokens of the calibration documents, or of the training
 * documents if the feature is silent in the calibration documents.
 *
 * <p>The token entropy does not depend on the explanation. It shows how abstract a feature is, for comparison with features of a model with
 * random weights (Heap et al., arXiv 2501.17727).
 *
 * <p>The simulator reads the whole test corpus, so it should need no language model.
 */
public final class WholeCorpusScorer implements Scorer {
    /** The name of the scorer. */
    public static final String NAME = "whole-corpus";

    private static final int BATCH = 256;

    private final Simulator simulator;

    /**
     * Creates a scorer.
     *
     * @param simulator predicts activations
     */
    public WholeCorpusScorer(Simulator simulator) {
        this.simulator = simulator;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judge judge() {
        return simulator.judge();
    }

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        double bound = bound(explanation, examples);
        Tokens test = new Tokens();
        simulate(explanation, examples, Part.TEST, test);
        Map<ScoreMetric, Double> values = test.sums.values(bound);
        boolean constant = test.sums.agreement.score().correlation().constant();
        test.failed.forEach(window -> test.sums.add(window, new float[window.length()]));
        return new FeatureScore(
                examples.latent(),
                NAME,
                values,
                test.failed.isEmpty() ? values : test.sums.values(bound),
                test.windows,
                test.failures,
                constant ? Set.of(ScoreMetric.PEARSON) : Set.of(),
                List.of());
    }

    private double bound(Explanation explanation, FeatureExamples examples) {
        for (Part part : List.of(Part.CALIBRATION, Part.TRAIN)) {
            DecisionThreshold threshold = new DecisionThreshold();
            simulate(explanation, examples, part, (window, simulated) -> {
                if (simulated instanceof Simulated.Values values) {
                    float[] scores = values.activations();
                    for (int i = 0; i < scores.length; i++) {
                        threshold.add(scores[i], window.activation(i) > 0, 1);
                    }
                }
            });
            if (threshold.hasActive()) {
                return threshold.bound();
            }
        }
        return 0;
    }

    /** Consumes a window and its simulation. */
    private interface Sink {
        void accept(TextWindow window, Simulated simulated);
    }

    private void simulate(Explanation explanation, FeatureExamples examples, Part part, Sink sink) {
        Iterator<TextWindow> windows = examples.whole(part).iterator();
        while (windows.hasNext()) {
            List<TextWindow> batch = new ArrayList<>();
            while (windows.hasNext() && batch.size() < BATCH) {
                batch.add(windows.next());
            }
            List<Simulated> simulated = simulator.simulate(explanation, batch);
            for (int i = 0; i < batch.size(); i++) {
                sink.accept(batch.get(i), simulated.get(i));
            }
        }
    }

    /** True and simulated activations of tokens. */
    private static final class Sums {
        private final SimulationAccumulator agreement = new SimulationAccumulator();
        private final RankedOutcomes outcomes = new RankedOutcomes();
        private final Map<Integer, Double> activationByToken = new HashMap<>();

        void add(TextWindow window, float[] simulated) {
            agreement.add(window.activations(), simulated, 1);
            int silent = 0; // tokens that are silent and simulated as silent: most of the corpus
            for (int i = 0; i < simulated.length; i++) {
                float activation = window.activation(i);
                if (activation > 0) {
                    activationByToken.merge(window.id(i), (double) activation, Double::sum);
                }
                if (simulated[i] == 0 && !(activation > 0)) {
                    silent++;
                } else {
                    outcomes.add(simulated[i], activation > 0, 1);
                }
            }
            outcomes.add(0, false, silent);
        }

        Map<ScoreMetric, Double> values(double bound) {
            Map<ScoreMetric, Double> values = new EnumMap<>(ScoreMetric.class);
            ConfusionMatrix matrix = outcomes.atLeast(Math.nextUp(bound));
            SimulationScore score = agreement.score();
            if (outcomes.positives() > 0) {
                values.put(ScoreMetric.F1, matrix.f1());
                values.put(ScoreMetric.PRECISION, matrix.precision());
                values.put(ScoreMetric.RECALL, matrix.recall());
                values.put(ScoreMetric.AUPRC, outcomes.averagePrecision().orElseThrow());
                values.put(ScoreMetric.R_SQUARED, score.rSquared());
                values.put(ScoreMetric.ABSOLUTE_DEVIATION, score.absoluteDeviationExplained());
                values.put(ScoreMetric.TOKEN_ENTROPY, tokenEntropy());
            }
            if (outcomes.positives() + outcomes.negatives() > 0) {
                values.put(
                        ScoreMetric.PREVALENCE, outcomes.positives() / (outcomes.positives() + outcomes.negatives()));
                values.put(ScoreMetric.PEARSON, score.correlation().value());
            }
            return values;
        }

        private double tokenEntropy() {
            double total = activationByToken.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
            double entropy = 0;
            for (double activation : activationByToken.values()) {
                entropy -= activation / total * Math.log(activation / total) / Math.log(2);
            }
            return Math.max(0, entropy);
        }
    }

    /** The tokens of the test documents and the windows without an answer. */
    private static final class Tokens implements Sink {
        private final Sums sums = new Sums();
        private final List<TextWindow> failed = new ArrayList<>();
        private final Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
        private int windows;

        @Override
        public void accept(TextWindow window, Simulated simulated) {
            windows++;
            if (simulated instanceof Simulated.Values values) {
                sums.add(window, values.activations());
            } else {
                failures.merge(((Simulated.Failed) simulated).kind(), 1, Integer::sum);
                failed.add(window);
            }
        }
    }
}
