package dev.assay.evaluate.benchmark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.LinearProbe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Texts whose activations are sums of planted directions, and the dictionary of these directions. */
class ProbeAblationTest {
    private static final int FEATURES = 6;
    private static final double[][] DIRECTIONS = identity();
    private static final Float64Dictionary DICTIONARY =
            Float64Dictionary.relu(DIRECTIONS, new double[FEATURES], DIRECTIONS, new double[FEATURES]);

    private static double[][] identity() {
        double[][] identity = new double[FEATURES][FEATURES];
        for (int i = 0; i < FEATURES; i++) {
            identity[i][i] = 1;
        }
        return identity;
    }

    /** Texts of one to three positions and two padded ones; each given feature is 1, noise is far below it. */
    private static PooledActivations texts(long seed, int... features) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][][] texts = new double[40][5][FEATURES];
        for (double[][] text : texts) {
            int length = 1 + random.nextInt(3);
            for (int position = 0; position < length; position++) {
                for (int i = 0; i < FEATURES; i++) {
                    text[position][i] = 0.01 * random.nextDouble();
                }
                for (int feature : features) {
                    text[position][feature] += 1;
                }
            }
        }
        return PooledActivations.of(DICTIONARY, SequenceActivations.ofPadded(texts));
    }

    private static Map<String, LinearProbe> probes(ProbeAblation ablation) {
        Map<String, LinearProbe> probes = new LinkedHashMap<>();
        ablation.classes()
                .forEach(name -> probes.put(
                        name,
                        LinearProbe.differenceOfMeans(
                                ablation.trainingRows(name).data())));
        return probes;
    }

    @Test
    void ablationOfAPlantedFeatureLowersTheAccuracyOfItsOwnProbeOnly() {
        Map<String, PooledActivations> train = new LinkedHashMap<>();
        Map<String, PooledActivations> test = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            train.put("class " + i, texts(i, i));
            test.put("class " + i, texts(10 + i, i));
        }
        ProbeAblation ablation = ProbeAblation.oneVersusRest(DICTIONARY, train, test);
        Map<String, LinearProbe> probes = probes(ablation);
        Map<String, double[]> effects = ablation.effects(probes);
        assertArrayEquals(new int[] {1}, LatentEffects.largest(effects.get("class 1"), 1));
        Map<String, Double> metrics =
                TargetedProbePerturbation.metrics(ablation.accuracies(probes, effects, List.of(1)));
        assertEquals(0.5, metrics.get("tpp_threshold_1_intended_diff_only"), 1e-12);
        assertEquals(0, metrics.get("tpp_threshold_1_unintended_diff_only"), 1e-12);
        assertEquals(0.5, metrics.get("tpp_threshold_1_total_metric"), 1e-12);
    }

    @Test
    void ablationOfThePlantedSpuriousFeatureRestoresTheAccuracyOfTheOtherAttribute() {
        // Feature 0 or 1: the spurious attribute, with both signs. Feature 2 or 3: the attribute of interest, half as
        // strong in the probe.
        Map<String, PooledActivations> classes = new LinkedHashMap<>();
        classes.put("spurious", mixed(0, 2, 3));
        classes.put("interest", mixed(2, 0, 1));
        classes.put("both", texts(5, 0, 2));
        classes.put("not spurious", mixed(1, 2, 3));
        classes.put("not interest", mixed(3, 0, 1));
        classes.put("not both", texts(6, 1, 3));
        Map<String, String> opposites = new LinkedHashMap<>();
        opposites.put("spurious", "not spurious");
        opposites.put("interest", "not interest");
        opposites.put("both", "not both");
        ProbeAblation ablation = ProbeAblation.paired(DICTIONARY, classes, classes, opposites);
        Map<String, LinearProbe> probes = new LinkedHashMap<>(probes(ablation));
        probes.put("both", new LinearProbe(new double[] {2, -2, 1, -1, 0, 0}, 0));
        AblationAccuracies accuracies = ablation.accuracies(probes, ablation.effects(probes), List.of(2));
        assertEquals(0.5, accuracies.clean().get("both probe on interest data"), 1e-12);
        Map<String, Double> metrics =
                new SpuriousCorrelationRemoval("spurious", "interest", "both").metrics(accuracies);
        assertEquals(1, metrics.get("scr_dir1_threshold_2"), 1e-12);
        assertEquals(1, metrics.get("scr_metric_threshold_2"), 1e-12);
    }

    /** Texts with a feature, half of them with one and half with the other of two more features. */
    private static PooledActivations mixed(int feature, int one, int other) {
        PooledActivations first = texts(feature, feature, one);
        PooledActivations second = texts(feature + 20, feature, other);
        List<double[]> x = new ArrayList<>();
        List<double[]> codes = new ArrayList<>();
        for (int row = 0; row < first.x().length; row++) {
            x.add(row % 2 == 0 ? first.x()[row] : second.x()[row]);
            codes.add(row % 2 == 0 ? first.codes()[row] : second.codes()[row]);
        }
        return new PooledActivations(x.toArray(double[][]::new), codes.toArray(double[][]::new));
    }

    @Test
    void paddedPositionsDoNotEnterTheMeanOfALatentThatIsActiveAtZero() {
        Float64Dictionary active =
                Float64Dictionary.relu(DIRECTIONS, new double[] {5, 5, 5, 5, 5, 5}, DIRECTIONS, new double[FEATURES]);
        double[][] text = {{1, 0, 0, 0, 0, 0}, new double[FEATURES], new double[FEATURES]};
        PooledActivations pooled = PooledActivations.of(active, SequenceActivations.ofPadded(new double[][][] {text}));
        assertEquals(6, pooled.codes()[0][0]);
        assertEquals(-5, pooled.without(active, 0)[0][0]);
    }

    @Test
    void latentsWithoutEffectAreNeverSelected() {
        assertArrayEquals(new int[] {3}, LatentEffects.largest(new double[] {0, -1, 0, 2}, 3));
    }

    @Test
    void tooFewNegativesAreRejected() {
        assertThrows(InvalidInputException.class, () -> ProbeRows.pair(new double[3][2], new double[2][2]));
    }
}
