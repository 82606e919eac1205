package dev.assay.evaluate.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.Jacobi;
import dev.assay.evaluate.ReconstructionStatistics;
import dev.assay.evaluate.Sources;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class BaselinesTest {
    private static final int WIDTH = 7;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Returns correlated rows of different variances and skewed tails, around a mean far from 0. */
    private NDArray sample(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] mixing = Sources.matrix(WIDTH, WIDTH, random, SplittableRandom::nextGaussian);
        double[][] x = Sources.product(Sources.matrix(rows, WIDTH, random, Sources::exponential), mixing);
        for (double[] row : x) {
            row[0] += 20;
        }
        return Sources.array(manager, x);
    }

    private List<Baseline> all(NDArray x) {
        Baselines baselines = Baselines.of(x).seed(3);
        return List.of(
                baselines.pca(),
                baselines.ica(),
                baselines.nmf(),
                baselines.neurons(),
                baselines.relu(),
                baselines.random(11));
    }

    @Test
    void principalComponentsAreEigenvectorsOfCovariance() {
        NDArray x = sample(5000, 1);
        PrincipalComponents found = PrincipalComponents.of(x);
        Jacobi expected = Jacobi.of(covariance(Sources.rows(x)));
        assertArrayEquals(expected.values(), found.variances(), 1e-9 * expected.values()[0]);
        for (int i = 0; i < WIDTH; i++) {
            double cosine = Sources.cosine(expected.vectors()[i], found.directions()[i]);
            assertEquals(1, Math.abs(cosine), 1e-9);
        }
        try (Dictionary pca = Baselines.of(x).pca().dense();
                Scope scope = Scope.open()) {
            double[][] directions = Sources.rows(pca.decoder());
            assertEquals(2 * WIDTH, directions.length);
            for (int i = 0; i < WIDTH; i++) {
                assertEquals(1, Math.abs(Sources.cosine(expected.vectors()[i], directions[i])), 1e-6);
                assertEquals(-1, Sources.cosine(directions[i], directions[i + WIDTH]), 1e-6);
            }
        }
    }

    private static double[][] covariance(double[][] x) {
        double[] mean = new double[WIDTH];
        for (double[] row : x) {
            for (int i = 0; i < WIDTH; i++) {
                mean[i] += row[i] / x.length;
            }
        }
        double[][] covariance = new double[WIDTH][WIDTH];
        for (double[] row : x) {
            for (int i = 0; i < WIDTH; i++) {
                for (int j = 0; j < WIDTH; j++) {
                    covariance[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / (x.length - 1);
                }
            }
        }
        return covariance;
    }

    @Test
    void independentComponentsRecoverKnownMixing() {
        Map<String, ToDoubleFunction<SplittableRandom>> distributions = Map.of(
                "uniform", Sources::uniform,
                "laplace", Sources::laplace,
                "exponential", Sources::exponential,
                "sparse", Sources::sparse,
                "coin", Sources::coin);
        distributions.forEach((name, distribution) -> {
            for (long seed = 0; seed < 3; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                double[][] mixing = Sources.matrix(WIDTH, WIDTH, random, SplittableRandom::nextGaussian);
                double[][] sources = Sources.matrix(20_000, WIDTH, random, distribution);
                NDArray x =
                        Sources.array(manager, Sources.product(sources, mixing)).add(5f);
                IndependentComponents found = IndependentComponents.of(x, WIDTH, 200, seed);
                assertTrue(found.change() <= IndependentComponents.SMALLEST_CHANGE, name + ": " + found.change());
                assertEachIsFound(name, mixing, found.mixing().toDoubleMatrix());
            }
        });
    }

    /** Checks that every true direction has a distinct component with |cosine| ≥ 0.99. */
    private static void assertEachIsFound(String name, double[][] truth, double[][] found) {
        boolean[] taken = new boolean[found.length];
        for (double[] direction : truth) {
            int best = 0;
            for (int i = 1; i < found.length; i++) {
                if (Math.abs(Sources.cosine(direction, found[i])) > Math.abs(Sources.cosine(direction, found[best]))) {
                    best = i;
                }
            }
            double cosine = Math.abs(Sources.cosine(direction, found[best]));
            assertTrue(cosine >= 0.99 && !taken[best], name + ": " + cosine);
            taken[best] = true;
        }
    }

    @Test
    void unmixingInvertsMixingInSpanOfSample() {
        SplittableRandom random = new SplittableRandom(5);
        double[][] mixing = Sources.matrix(4, WIDTH, random, SplittableRandom::nextGaussian); // rank 4 of 7
        double[][] sources = Sources.matrix(9000, 4, random, Sources::laplace);
        NDArray x = Sources.array(manager, Sources.product(sources, mixing));
        // The sample is float32: what that rounds off is a fifth dimension to nobody.
        IndependentComponents found = IndependentComponents.of(x, 4, 200, 0);
        double[][] identity = found.unmixing().mmul(found.mixing().transpose()).toDoubleMatrix();
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                assertEquals(i == j ? 1 : 0, identity[i][j], 1e-9);
            }
        }
        assertEachIsFound("rank 4", mixing, found.mixing().toDoubleMatrix());
    }

    @Test
    void componentsPointAlongStrongerTail() {
        NDArray x = sample(5000, 2);
        for (Baseline baseline : List.of(Baselines.of(x).pca(), Baselines.of(x).ica())) {
            try (Dictionary dense = baseline.dense();
                    Scope scope = Scope.open()) {
                double[][] codes = Sources.rows(dense.encode(x).dense());
                for (int j = 0; j < WIDTH; j++) {
                    double cubes = 0;
                    for (double[] row : codes) {
                        cubes += Math.pow(row[j], 3) - Math.pow(row[j + WIDTH], 3);
                    }
                    assertTrue(cubes > 0, baseline.name() + " " + j);
                }
            }
        }
    }

    @Test
    void factorisationErrorNeverIncreases() {
        for (long seed = 0; seed < 4; seed++) {
            for (NDArray x : new NDArray[] {sample(600, seed), sample(600, seed).abs(), sample(5, seed)}) {
                double[] errors = NonNegativeFactors.of(x, 5, 150, seed).errors();
                assertTrue(errors.length > 10 && errors[errors.length - 1] < errors[0]);
                for (int round = 1; round < errors.length; round++) {
                    assertTrue(errors[round] <= errors[round - 1] * (1 + 1e-12), "round " + round);
                }
                for (double entry : NonNegativeFactors.of(x, 5, 20, seed)
                        .components()
                        .data()
                        .asDouble()) {
                    assertTrue(entry >= 0);
                }
            }
        }
    }

    @Test
    void factorisationFindsNonNegativeParts() {
        SplittableRandom random = new SplittableRandom(3);
        double[][] parts = Sources.matrix(4, 12, random, r -> r.nextInt(3) == 0 ? r.nextDouble() : 0);
        double[][] x = Sources.product(Sources.matrix(1000, 4, random, Sources::sparse), parts);
        Baseline nmf = Baselines.of(Sources.array(manager, x))
                .components(4)
                .rounds(2000)
                .seed(1)
                .nmf();
        try (Dictionary dense = nmf.dense();
                Scope scope = Scope.open()) {
            assertEachIsFound("parts", parts, Sources.rows(dense.decoder()));
            NDArray rows = Sources.array(manager, x);
            assertTrue(explained(dense, rows) > 0.999);
        }
    }

    /** The factorisation has the directions of both signs, and codes of new rows are the least-squares codes. */
    @Test
    void negativeActivationsAreSeparateDimensions() {
        SplittableRandom random = new SplittableRandom(4);
        double[][] parts = Sources.matrix(3, 9, random, SplittableRandom::nextGaussian);
        double[][] x = new double[3000][];
        for (int i = 0; i < x.length; i++) { // one part a row, so that halves do not mix
            x[i] = parts[i % 3].clone();
            double strength = random.nextDouble();
            for (int j = 0; j < 9; j++) {
                x[i][j] *= strength;
            }
        }
        NDArray rows = Sources.array(manager, x);
        try (Dictionary dense = Baselines.of(rows)
                        .components(3)
                        .rounds(1000)
                        .seed(2)
                        .nmf()
                        .dense();
                Scope scope = Scope.open()) {
            assertEachIsFound("signed parts", parts, Sources.rows(dense.decoder()));
            assertTrue(explained(dense, rows) > 0.999);
            NDArray opposite = rows.neg();
            assertTrue(explained(dense, opposite) < 0.7); // a part is read one way
        }
    }

    @Test
    void topKKeepsExactlyKLargest() {
        NDArray x = sample(400, 4);
        for (Baseline baseline : all(x)) {
            try (Dictionary dense = baseline.dense();
                    Dictionary sparse = baseline.topK(2);
                    Scope scope = Scope.open()) {
                double[][] coordinates = Sources.rows(dense.encode(x).dense());
                double[][] kept = Sources.rows(sparse.encode(x).dense());
                double factor = Arrays.stream(kept[0]).max().orElseThrow()
                        / Arrays.stream(coordinates[0]).max().orElseThrow();
                for (int i = 0; i < kept.length; i++) {
                    double[] largest = Arrays.stream(coordinates[i]).sorted().toArray();
                    double[] expected = Arrays.copyOfRange(largest, largest.length - 2, largest.length);
                    double[] found =
                            Arrays.stream(kept[i]).filter(c -> c > 0).sorted().toArray();
                    int active =
                            (int) Arrays.stream(expected).filter(c -> c > 0).count();
                    assertEquals(active, found.length, baseline.name());
                    for (int j = 0; j < active; j++) {
                        assertEquals(factor * expected[2 - active + j], found[j], 1e-4, baseline.name());
                    }
                }
            }
        }
    }

    @Test
    void signedCodeIsOneOfTwoLatents() {
        NDArray x = sample(300, 5);
        for (Baseline baseline : all(x)) {
            boolean bothWays = !List.of("nmf", "relu").contains(baseline.name());
            try (Dictionary dense = baseline.dense();
                    Scope scope = Scope.open()) {
                int m = baseline.directions();
                assertEquals(bothWays ? 2 * m : m, dense.dSae(), baseline.name());
                assertEquals(WIDTH, dense.dIn());
                for (double[] row : Sources.rows(dense.encode(x).dense())) {
                    for (int j = 0; j < m; j++) {
                        assertTrue(row[j] >= 0);
                        assertTrue(!bothWays || row[j] == 0 || row[j + m] == 0);
                    }
                }
            }
        }
    }

    @Test
    void completeBasesReconstructAndReluBasisPositiveHalf() {
        NDArray x = sample(500, 6);
        Baselines baselines = Baselines.of(x);
        for (Baseline baseline : List.of(baselines.pca(), baselines.ica(), baselines.neurons())) {
            try (Dictionary dense = baseline.dense();
                    Scope scope = Scope.open()) {
                assertArrayEquals(x.toFloatArray(), dense.reconstruct(x).toFloatArray(), 1e-4f, baseline.name());
            }
        }
        try (Dictionary relu = baselines.relu().dense();
                Scope scope = Scope.open()) {
            assertArrayEquals(x.maximum(0f).toFloatArray(), relu.reconstruct(x).toFloatArray(), 1e-6f);
        }
    }

    @Test
    void randomDirectionsHaveOptimalScale() {
        NDArray x = sample(4000, 7);
        for (int count : new int[] {3, 7, 70}) {
            Baseline random = Baselines.of(x).seed(2).random(count);
            for (int k : new int[] {1, 3, count}) {
                try (Dictionary sparse = random.topK(k);
                        Scope scope = Scope.open()) {
                    double here = explained(sparse, x);
                    assertTrue(here > 0 && here < 1, count + " directions, k " + k + ": " + here);
                    NDArray centre = x.mean(new int[] {0});
                    NDArray miss = x.sub(centre);
                    NDArray written = sparse.reconstruct(x).sub(centre);
                    double best = miss.sub(written).square().sum().getFloat();
                    for (float other : new float[] {0.98f, 1.02f}) {
                        assertTrue(best
                                < miss.sub(written.mul(other)).square().sum().getFloat());
                    }
                }
            }
        }
    }

    private static double explained(Dictionary dictionary, NDArray x) {
        ReconstructionStatistics statistics = new ReconstructionStatistics();
        statistics.add(x, dictionary.reconstruct(x));
        return statistics.explainedVariance();
    }

    @Test
    void sameSeedGivesSameBaselines() {
        NDArray x = sample(500, 8);
        List<Baseline> first = all(x);
        List<Baseline> second = all(x);
        for (int i = 0; i < first.size(); i++) {
            try (Dictionary one = first.get(i).topK(3);
                    Dictionary again = second.get(i).topK(3);
                    Scope scope = Scope.open()) {
                assertArrayEquals(one.decoder().toFloatArray(), again.decoder().toFloatArray());
                assertArrayEquals(
                        one.reconstruct(x).toFloatArray(), again.reconstruct(x).toFloatArray());
            }
        }
    }

    @Test
    void arraysDoNotOutliveScope() {
        NDArray x = sample(200, 8);
        for (Baseline baseline : all(x)) {
            int before = manager.getManagedArrays().size();
            try (Dictionary sparse = baseline.topK(3)) {
                int own = sparse.decoder().getManager().getManagedArrays().size();
                try (Scope scope = Scope.open()) {
                    sparse.reconstruct(x);
                    sparse.decode(sparse.encode(x));
                }
                assertEquals(
                        own, sparse.decoder().getManager().getManagedArrays().size(), baseline.name());
            }
            assertEquals(before, manager.getManagedArrays().size(), baseline.name());
        }
    }

    @Test
    void dictionariesHaveMetadataOfHookPoint() {
        NDArray x = sample(50, 9);
        SaeMetadata metadata =
                SaeMetadata.builder().hookName("blocks.1.hook_resid_post").build();
        for (Baseline baseline : List.of(
                Baselines.of(x).metadata(metadata).pca(),
                Baselines.of(x).metadata(metadata).nmf())) {
            try (Dictionary dense = baseline.dense()) {
                assertEquals("blocks.1.hook_resid_post", dense.metadata().requiredHookName());
            }
        }
    }

    @Test
    void rejectsUnusableSamplesInOneSentence() {
        NDArray constant = manager.ones(new Shape(10, 3));
        assertRefused(
                "all activations of the sample are equal",
                () -> Baselines.of(constant).ica());
        assertRefused(
                "all activations of the sample are 0",
                () -> Baselines.of(constant.mul(0f)).nmf());
        assertRefused("at least two rows", () -> Baselines.of(manager.ones(new Shape(1, 3))));
        assertRefused("not finite", () -> Baselines.of(constant.div(0f)));
        assertRefused(
                "k is 4, expected 1 to 3", () -> Baselines.of(constant).pca().topK(4));
        assertRefused(
                "k is 0, expected 1 to 3", () -> Baselines.of(constant).nmf().topK(0));
        assertRefused("number of components is 0", () -> Baselines.of(constant).components(0));
    }

    private static void assertRefused(String part, Runnable call) {
        String message = assertThrows(InvalidInputException.class, call::run).getMessage();
        assertTrue(message.contains(part) && message.lines().count() == 1, message);
    }

    @Test
    void nd4jAllocatorIgnoresMemoryOfOthers() {
        assertEquals(1, Float64.zeros(1, 1).length());
        assertEquals("0", System.getProperty("org.bytedeco.javacpp.maxphysicalbytes"));
    }
}
