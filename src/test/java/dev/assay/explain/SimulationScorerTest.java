package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.measure.Correlation;
import dev.assay.explain.offline.ConstantSimulator;
import dev.assay.explain.offline.OracleSimulator;
import dev.assay.explain.score.SimulationScorer;
import dev.assay.explain.score.WholeCorpusScorer;
import dev.assay.feature.store.FeatureStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulationScorerTest {
    private static final double FREQUENCY = 0.02;

    @TempDir
    static Path folder;

    private static ExampleSet set;
    private static FeatureExamples examples;

    /** Correct on three of four tokens. */
    private static final LabelSimulator NOISY = new LabelSimulator((latent, position) ->
            Mixing.of(1, position) % 4 == 0 ? 0.5f : RandomText.active(latent, position, FREQUENCY) ? 2 : 0);

    @BeforeAll
    static void writeStore() throws IOException {
        RandomText text = new RandomText(2000, 64, 60, 3);
        FeatureStore store = text.store(
                folder.resolve("store"),
                1,
                (latent, position) ->
                        RandomText.active(latent, position, FREQUENCY) ? RandomText.gamma(latent, position) : 0);
        set = ExampleSet.of(store, ExampleOptions.DEFAULT);
        examples = set.of(0);
    }

    @Test
    void topAndRandomIsTheCorrelationOfEqualNumbersLaidEndToEnd() {
        FeatureScore score = SimulationScorer.of(NOISY).score(LabelSimulator.explanation(0), examples);
        List<TextWindow> windows = new ArrayList<>(examples.windows(Part.TEST, Stratum.TOP));
        windows.addAll(examples.windows(Part.TEST, Stratum.RANDOM_ACTIVE).subList(0, windows.size()));
        List<Double> truth = new ArrayList<>();
        List<Double> simulated = new ArrayList<>();
        for (TextWindow window : windows) {
            for (int i = 0; i < window.length(); i++) {
                truth.add((double) window.activation(i));
                simulated.add((double) NOISY.labels().at(0, (int) window.start() + i));
            }
        }
        double expected = Correlation.of(numbers(truth), numbers(simulated)).value();
        assertEquals(expected, score.values().get(ScoreMetric.CORRELATION_TOP_AND_RANDOM), 1e-12);
        assertNotEquals(expected, score.values().get(ScoreMetric.CORRELATION_TOP), 1e-3);
    }

    private static double[] numbers(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void figuresOfTheCorpusEstimateThoseOfAllTokens() {
        FeatureScore exact = new WholeCorpusScorer(NOISY).score(LabelSimulator.explanation(0), examples);
        for (ScoreMetric metric : List.of(ScoreMetric.PEARSON, ScoreMetric.AUPRC, ScoreMetric.PREVALENCE)) {
            double mean = 0;
            int seeds = 20;
            for (long seed = 0; seed < seeds; seed++) {
                FeatureExamples drawn = ExampleSet.of(set.store(), ExampleOptions.DEFAULT.withSeed(seed))
                        .of(0);
                mean += SimulationScorer.of(NOISY)
                                .score(LabelSimulator.explanation(0), drawn)
                                .values()
                                .get(metric)
                        / seeds;
            }
            assertEquals(exact.values().get(metric), mean, 0.12 * exact.values().get(metric), metric.id());
        }
    }

    @Test
    void oracleScoresOne() {
        for (Scorer scorer :
                List.of(SimulationScorer.of(new OracleSimulator()), new WholeCorpusScorer(new OracleSimulator()))) {
            FeatureScore score = scorer.score(LabelSimulator.explanation(0), examples);
            for (ScoreMetric metric : score.values().keySet()) {
                if (metric != ScoreMetric.PREVALENCE && metric != ScoreMetric.TOKEN_ENTROPY) {
                    assertEquals(1, score.values().get(metric), 1e-12, metric.id());
                }
            }
            assertEquals(Set.of(), score.constant());
        }
    }

    @Test
    void undefinedCorrelationsAreZeroAndFlagged() {
        FeatureScore score =
                SimulationScorer.of(new ConstantSimulator()).score(LabelSimulator.explanation(0), examples);
        Set<ScoreMetric> correlations = Set.of(
                ScoreMetric.PEARSON,
                ScoreMetric.CORRELATION_TOP,
                ScoreMetric.CORRELATION_RANDOM_ACTIVE,
                ScoreMetric.CORRELATION_RANDOM_ANY,
                ScoreMetric.CORRELATION_TOP_AND_RANDOM);
        assertEquals(correlations, score.constant());
        correlations.forEach(metric -> assertEquals(0, score.values().get(metric)));
        assertEquals(0, score.values().get(ScoreMetric.R_SQUARED));
    }

    @Test
    void failedWindowsAreCountedByKindAndNeverScoredAsZeros() {
        Simulator failing =
                failing(NOISY, Map.of(1, FailureKind.TIMEOUT, 3, FailureKind.WRONG_LENGTH, 5, FailureKind.TIMEOUT));
        FeatureScore whole =
                SimulationScorer.of(NOISY).withoutCalibration().score(LabelSimulator.explanation(0), examples);
        FeatureScore score =
                SimulationScorer.of(failing).withoutCalibration().score(LabelSimulator.explanation(0), examples);
        assertEquals(Map.of(FailureKind.TIMEOUT, 2, FailureKind.WRONG_LENGTH, 1), score.failures());
        assertEquals(whole.items(), score.items());
        List<TextWindow> left = new ArrayList<>();
        List<TextWindow> top = examples.windows(Part.TEST, Stratum.TOP);
        for (int i = 0; i < top.size(); i++) {
            if (i != 1 && i != 3 && i != 5) {
                left.add(top.get(i));
            }
        }
        assertEquals(correlation(left), score.values().get(ScoreMetric.CORRELATION_TOP), 1e-12);
        assertTrue(score.withFailures().get(ScoreMetric.CORRELATION_TOP)
                < score.values().get(ScoreMetric.CORRELATION_TOP));
        assertTrue(score.unreliable());
        assertFalse(whole.unreliable());
    }

    private static double correlation(List<TextWindow> windows) {
        List<Double> truth = new ArrayList<>();
        List<Double> simulated = new ArrayList<>();
        for (TextWindow window : windows) {
            for (int i = 0; i < window.length(); i++) {
                truth.add((double) window.activation(i));
                simulated.add((double) NOISY.labels().at(0, (int) window.start() + i));
            }
        }
        return Correlation.of(numbers(truth), numbers(simulated)).value();
    }

    /** Fails for windows by their index in a request. */
    private static Simulator failing(Simulator simulator, Map<Integer, FailureKind> kinds) {
        return new Simulator() {
            @Override
            public String name() {
                return "failing";
            }

            @Override
            public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
                List<Simulated> all = new ArrayList<>(simulator.simulate(explanation, windows));
                kinds.forEach((index, kind) -> all.set(index, new Simulated.Failed(kind, "planned")));
                return all;
            }
        };
    }

    @Test
    void wholeCorpusScorerCountsFailedWindowsAsSilentOnlyAmongAll() {
        Simulator failing = failing(new OracleSimulator(), Map.of(0, FailureKind.REFUSAL));
        FeatureScore score = new WholeCorpusScorer(failing).score(LabelSimulator.explanation(0), examples);
        assertEquals(1, score.values().get(ScoreMetric.F1));
        assertTrue(score.failures().get(FailureKind.REFUSAL) >= 1);
        assertTrue(score.withFailures().get(ScoreMetric.F1) <= 1);
        assertFalse(score.unreliable());
    }

    @Test
    void tokenEntropyIsThatOfTheActivationByToken() {
        Map<Integer, Double> mass = new HashMap<>();
        for (TextWindow window : examples.whole(Part.TEST)) {
            for (int i = 0; i < window.length(); i++) {
                mass.merge(window.id(i), (double) window.activation(i), Double::sum);
            }
        }
        double total = mass.values().stream().mapToDouble(Double::doubleValue).sum();
        double expected = mass.values().stream()
                .filter(sum -> sum > 0)
                .mapToDouble(sum -> sum / total * Math.log(total / sum) / Math.log(2))
                .sum();
        FeatureScore score = new WholeCorpusScorer(NOISY).score(LabelSimulator.explanation(0), examples);
        assertEquals(expected, score.values().get(ScoreMetric.TOKEN_ENTROPY), 1e-9);
        assertTrue(expected > 4 && expected < Math.log(RandomText.VOCABULARY) / Math.log(2));
    }
}
