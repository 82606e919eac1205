package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The two sanity checks of NeuronEval (Oikarinen et al., 2025): a metric must fall if half of the true labels are removed, and if as many false
 * labels are added. The headline metrics pass on uniform tokens; metrics of balanced samples do not.
 */
class MetricSanityTest {
    private static final int FEATURES = 40;
    private static final int TOKENS = 40_000;

    private record Values(double f1, double averagePrecision, double pearson, double balancedF1, double recall) {}

    /** Activations of a feature, labels of a judge, and the labels with errors of one kind. */
    private record Planted(double[] activations, boolean[] missing, boolean[] extra) {
        static Planted of(double frequency, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] activations = new double[TOKENS];
            boolean[] missing = new boolean[TOKENS];
            boolean[] extra = new boolean[TOKENS];
            for (int i = 0; i < TOKENS; i++) {
                boolean active = random.nextDouble() < frequency;
                activations[i] = active ? 0.2 - Math.log(1 - random.nextDouble()) : 0;
                missing[i] = active && random.nextBoolean();
                extra[i] = active || random.nextDouble() < frequency / (1 - frequency);
            }
            return new Planted(activations, missing, extra);
        }
    }

    private static Values score(double[] activations, boolean[] labels, long seed) {
        ConfusionMatrix matrix = ConfusionMatrix.EMPTY;
        RankedOutcomes ranked = new RankedOutcomes();
        SimulationAccumulator sums = new SimulationAccumulator();
        for (int i = 0; i < activations.length; i++) {
            boolean active = activations[i] > 0;
            double label = labels[i] ? 1 : 0;
            matrix = matrix.plus(active, labels[i], 1);
            ranked.add(label, active, 1);
            sums.add(activations[i], label, 1);
        }
        return new Values(
                matrix.f1(),
                ranked.averagePrecision().getAsDouble(),
                sums.score().correlation().value(),
                balanced(activations, labels, seed).f1(),
                matrix.recall());
    }

    /** The matrix of 30 active and 30 silent tokens drawn at random. */
    private static ConfusionMatrix balanced(double[] activations, boolean[] labels, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ConfusionMatrix matrix = ConfusionMatrix.EMPTY;
        while (matrix.positives() < 30 || matrix.negatives() < 30) {
            int token = random.nextInt(activations.length);
            boolean active = activations[token] > 0;
            if (active ? matrix.positives() < 30 : matrix.negatives() < 30) {
                matrix = matrix.plus(active, labels[token], 1);
            }
        }
        return matrix;
    }

    @Test
    void headlineMetricsFallWithMissingAndWithExtraLabels() {
        for (double frequency : new double[] {0.001, 0.01, 0.1}) {
            int missing = 0;
            int extra = 0;
            for (int feature = 0; feature < FEATURES; feature++) {
                Planted planted = Planted.of(frequency, feature);
                boolean[] right = Oracles.above(planted.activations(), 0);
                Values truth = score(planted.activations(), right, feature);
                missing += falls(truth, score(planted.activations(), planted.missing(), feature));
                extra += falls(truth, score(planted.activations(), planted.extra(), feature));
            }
            assertTrue(missing >= 0.95 * FEATURES, missing + " fall with missing labels at " + frequency);
            assertTrue(extra >= 0.95 * FEATURES, extra + " fall with extra labels at " + frequency);
        }
    }

    private static int falls(Values truth, Values corrupted) {
        return corrupted.f1() < truth.f1()
                        && corrupted.averagePrecision() < truth.averagePrecision()
                        && corrupted.pearson() < truth.pearson()
                ? 1
                : 0;
    }

    @Test
    void balancedSampleAndRecallDoNotSeeAnExplanationThatIsTwiceTooBroad() {
        int balanced = 0;
        int recall = 0;
        for (int feature = 0; feature < FEATURES; feature++) {
            Planted planted = Planted.of(0.001, feature);
            boolean[] right = Oracles.above(planted.activations(), 0);
            Values truth = score(planted.activations(), right, feature);
            Values extra = score(planted.activations(), planted.extra(), feature);
            balanced += extra.balancedF1() < truth.balancedF1() ? 1 : 0;
            recall += extra.recall() < truth.recall() ? 1 : 0;
        }
        assertTrue(balanced <= 0.15 * FEATURES, balanced + " balanced F1 fall");
        assertTrue(recall == 0, recall + " recalls fall");
    }

    @Test
    void weightedStrataEstimateThePrecisionOfTheCorpus() {
        Planted planted = Planted.of(0.01, 77);
        ConfusionMatrix corpus = ConfusionMatrix.EMPTY;
        long active = 0;
        for (int i = 0; i < TOKENS; i++) {
            corpus = corpus.plus(planted.activations()[i] > 0, planted.extra()[i], 1);
            active += planted.activations()[i] > 0 ? 1 : 0;
        }
        // Three strata: active tokens, silent tokens with a label (the hard negatives) and other silent tokens.
        SplittableRandom random = new SplittableRandom(2);
        ConfusionMatrix balanced = ConfusionMatrix.EMPTY;
        ConfusionMatrix weighted = ConfusionMatrix.EMPTY;
        double[] sizes = {active, corpus.falsePositives(), TOKENS - active - corpus.falsePositives()};
        int[] drawn = new int[3];
        int perStratum = 50;
        while (drawn[0] < perStratum || drawn[1] < perStratum || drawn[2] < perStratum) {
            int token = random.nextInt(TOKENS);
            boolean positive = planted.activations()[token] > 0;
            int stratum = positive ? 0 : planted.extra()[token] ? 1 : 2;
            if (drawn[stratum] < perStratum) {
                drawn[stratum]++;
                weighted = weighted.plus(positive, planted.extra()[token], sizes[stratum] / perStratum);
                balanced = stratum == 1 ? balanced : balanced.plus(positive, planted.extra()[token], 1);
            }
        }
        assertTrue(Math.abs(weighted.precision() - corpus.precision()) < 0.02, weighted + " " + corpus);
        assertTrue(balanced.precision() > corpus.precision() + 0.4, balanced + " " + corpus);
    }
}
