package dev.assay.evaluate.standard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.evaluate.AblationLoss;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compares the standard metrics with their definitions in float64. */
class StandardMetricsTest {
    private final NDManager manager = TorchEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void capacityAndNeuronsEqualTheirDefinitions() {
        int n = 700; // more than one chunk
        int d = 5;
        SplittableRandom random = new SplittableRandom(2);
        float[][] w = new float[n][d];
        for (float[] row : w) {
            for (int k = 0; k < d; k++) {
                row[k] = (float) random.nextGaussian();
            }
        }
        w[3] = new float[d];
        w[4] = new float[] {0, 2, 0, 0, 0};
        w[5] = new float[] {1, -1, 1, -1, 1};
        WeightStatistics statistics = statistics(w);
        double total = 0;
        double neurons = 0;
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += dot(w[i], w[j]) * dot(w[i], w[j]);
            }
            double own = dot(w[i], w[i]);
            double expected = sum == 0 ? 0 : own * own / sum;
            assertEquals(expected, statistics.capacity()[i], 1e-12 * (1 + expected));
            total += expected;
            double sizes = 0;
            for (float weight : w[i]) {
                sizes += Math.abs(weight);
            }
            double concentration = 0;
            for (float weight : w[i]) {
                concentration += weight / sizes * (weight / sizes);
            }
            neurons += i == 3 ? 0 : 1 / concentration;
        }
        assertEquals(total, statistics.effectiveDimensions(), 1e-10);
        assertEquals(neurons / (n - 1), statistics.meanNeurons(), 1e-10);
        assertEquals(1, statistics.neurons()[4], 1e-12);
        assertEquals(5, statistics.neurons()[5], 1e-12);
        assertTrue(Double.isNaN(statistics.neurons()[3]));
    }

    @Test
    void capacityIsOneForOrthogonalAndOneOfNForEqualDirections() {
        assertArrayEquals(
                new double[] {1, 1}, statistics(new float[][] {{3, 0}, {0, 1}}).capacity(), 1e-15);
        assertArrayEquals(
                new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0},
                statistics(new float[][] {{1, 2}, {1, 2}, {1, 2}}).capacity(),
                1e-15);
    }

    @Test
    void momentsAndCountsEqualTheirDefinitionsForAnyBatchSize() {
        int tokens = 300;
        int latents = 4;
        double[][] codes = codes(tokens, latents);
        for (int batch : new int[] {300, 7}) {
            CodeStatistics statistics = new CodeStatistics(latents);
            for (int from = 0; from < tokens; from += batch) {
                add(statistics, Arrays.copyOfRange(codes, from, Math.min(tokens, from + batch)));
            }
            assertEquals(tokens, statistics.tokens());
            double active = 0;
            for (int latent = 0; latent < latents; latent++) {
                int j = latent;
                double[] all = Arrays.stream(codes).mapToDouble(row -> row[j]).toArray();
                double[] positive =
                        Arrays.stream(all).filter(value -> value > 0).toArray();
                active += positive.length;
                assertEquals(positive.length, statistics.firings()[latent]);
                if (latent < 3) {
                    assertMoments(all, statistics.onAllTokens(latent));
                    assertMoments(positive, statistics.whereActive(latent));
                }
            }
            assertEquals(active / tokens, statistics.meanNonZero(), 1e-12);
        }
    }

    /** Latent 0 fires often, 1 rarely, 2 always, 3 never. */
    private static double[][] codes(int tokens, int latents) {
        SplittableRandom random = new SplittableRandom(4);
        double[][] codes = new double[tokens][latents];
        for (int i = 0; i < tokens; i++) {
            codes[i][0] = (float) Math.max(0, random.nextGaussian());
            codes[i][1] = i % 40 == 0 ? (float) (5 + random.nextDouble()) : 0;
            codes[i][2] = (float) (3 + random.nextDouble());
        }
        return codes;
    }

    private static void assertMoments(double[] values, Moments moments) {
        int n = values.length;
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = power(values, mean, 2) * n / (n - 1);
        assertEquals(n, moments.count());
        assertClose(mean, moments.mean());
        assertClose(variance, moments.variance());
        assertClose(power(values, 0, 3) / Math.pow(variance, 1.5), moments.skewAboutZero());
        assertClose(power(values, 0, 4) / (variance * variance), moments.kurtosisAboutZero());
        double central = power(values, mean, 2);
        assertEquals(power(values, mean, 3) / Math.pow(central, 1.5), moments.skew(), 1e-5);
        assertEquals(power(values, mean, 4) / (central * central), moments.kurtosis(), 1e-5);
    }

    private static void assertClose(double expected, double actual) {
        assertEquals(expected, actual, 1e-7 * Math.abs(expected));
    }

    private static double power(double[] values, double centre, int exponent) {
        return Arrays.stream(values)
                .map(value -> Math.pow(value - centre, exponent))
                .average()
                .orElseThrow();
    }

    @Test
    void normalActivationsHaveKurtosisThreeAboutTheMeanOnly() {
        SplittableRandom random = new SplittableRandom(6);
        double[][] codes = new double[20_000][1];
        for (double[] row : codes) {
            row[0] = (float) (4 + random.nextGaussian());
        }
        CodeStatistics statistics = new CodeStatistics(1);
        add(statistics, codes);
        Moments moments = statistics.onAllTokens(0);
        assertEquals(3, moments.kurtosis(), 0.1);
        assertEquals(0, moments.skew(), 0.05);
        assertTrue(moments.kurtosisAboutZero() > 300, "about zero: " + moments.kurtosisAboutZero());
    }

    @Test
    void equalActivationsHaveNoSkew() {
        CodeStatistics statistics = new CodeStatistics(1);
        add(statistics, new double[][] {{0.3}, {0.3}, {0.3}});
        assertEquals(0, statistics.onAllTokens(0).variance());
        assertTrue(Double.isNaN(statistics.onAllTokens(0).skew()));
    }

    @Test
    void latentWithMoreThanTenFiringsIsActive() {
        CodeStatistics statistics = new CodeStatistics(3);
        for (int batch = 0; batch < 40; batch++) {
            // Latent 0 fires in each batch, latent 1 in 10 batches, latent 2 in 15.
            add(statistics, new double[][] {{1, batch % 4 == 0 ? 1 : 0, batch < 15 ? 1 : 0}});
        }
        CodeStatistics.Interval active = statistics.everActive(0);
        assertEquals(2, active.value());
        assertTrue(active.low() >= 1 && active.low() <= 2 && active.high() == 3, active::toString);
        assertEquals(active, statistics.everActive(0));
    }

    @Test
    void aurocOfMoreColumnsThanInformationIsAtChanceOnHeldOutRowsOnly() {
        SplittableRandom random = new SplittableRandom(8);
        HeldOutAuroc noise = HeldOutAuroc.of(data(random, 60, 40, false), data(random, 2000, 40, false));
        assertTrue(noise.training() > 0.9, "training: " + noise.training());
        assertEquals(0.5, noise.heldOut(), 0.05);
        HeldOutAuroc signal = HeldOutAuroc.of(data(random, 400, 3, true), data(random, 400, 3, true));
        assertTrue(signal.heldOut() > 0.99, "held out: " + signal.heldOut());
    }

    private static ProbeData data(SplittableRandom random, int rows, int columns, boolean informative) {
        double[][] x = new double[rows][columns];
        boolean[] labels = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                x[i][j] = random.nextGaussian();
            }
            labels[i] = informative ? x[i][0] > 0 : random.nextBoolean();
        }
        return ProbeData.of(x, labels);
    }

    @Test
    void perplexityIsTheExponentialOfTheMeanLossOfAllTokens() {
        EvaluationReport report = new EvaluationReport(
                10,
                0.9,
                0,
                0,
                0,
                0,
                3,
                0,
                0,
                new EvaluationReport.CrossEntropy(
                        Math.log(2),
                        Math.log(3),
                        new AblationLoss(Math.log(5), 0),
                        new AblationLoss(Math.log(7), 0),
                        9),
                0);
        ReplacementPerplexity perplexity = ReplacementPerplexity.of(report);
        assertArrayEquals(
                new double[] {2, 3, 5, 7},
                new double[] {
                    perplexity.clean(), perplexity.replaced(), perplexity.meanAblated(), perplexity.zeroAblated()
                },
                1e-12);
    }

    private WeightStatistics statistics(float[][] rows) {
        try (Scope scope = Scope.open()) {
            return WeightStatistics.of(manager.create(rows));
        }
    }

    private void add(CodeStatistics statistics, double[][] rows) {
        try (Scope scope = Scope.open()) {
            int dSae = rows[0].length;
            int count = (int) Arrays.stream(rows)
                    .flatMapToDouble(Arrays::stream)
                    .filter(value -> value != 0)
                    .count();
            long[] positions = new long[count];
            float[] values = new float[count];
            int next = 0;
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < dSae; j++) {
                    if (rows[i][j] != 0) {
                        positions[next] = (long) i * dSae + j;
                        values[next++] = (float) rows[i][j];
                    }
                }
            }
            statistics.add(SparseCodes.ofPositions(
                    manager.create(positions, new Shape(count)), manager.create(values), rows.length, dSae));
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += (double) a[k] * b[k];
        }
        return sum;
    }
}
