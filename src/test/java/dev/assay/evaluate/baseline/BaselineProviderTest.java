package dev.assay.evaluate.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.Sources;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Baselines that are registered by name. */
class BaselineProviderTest {
    private static final int WIDTH = 5;

    @TempDir
    private Path temporary;

    private final NDManager manager = TorchEngine.newManager(Device.cpu());
    private final double[][] rows = rows();
    private final NDArray sample = Sources.array(manager, rows);

    private static double[][] rows() {
        double[][] rows = Sources.matrix(300, WIDTH, new SplittableRandom(1), SplittableRandom::nextGaussian);
        for (double[] row : rows) {
            row[2] += 3;
            row[4] -= 1;
        }
        return rows;
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void listsBuiltInAndRegisteredBaselines() {
        assertEquals(List.of("ica", "mean-direction", "neurons", "nmf", "pca", "random", "relu"), Baselines.names());
    }

    @Test
    void fitsBuiltInBaselinesByName() {
        Baselines baselines = Baselines.of(sample).seed(7).components(3).latents(9);
        List<Baseline> direct = List.of(
                baselines.pca(),
                baselines.ica(),
                baselines.nmf(),
                baselines.neurons(),
                baselines.relu(),
                baselines.random(5));
        for (Baseline expected : direct) {
            Baseline found = baselines.fit(expected.name());
            assertEquals(expected.description(), found.description());
            try (Dictionary a = expected.topK(2);
                    Dictionary b = found.topK(2);
                    Scope scope = Scope.open()) {
                assertArrayEquals(a.decoder().toFloatArray(), b.decoder().toFloatArray(), expected.name());
                assertArrayEquals(
                        a.reconstruct(sample).toFloatArray(),
                        b.reconstruct(sample).toFloatArray(),
                        expected.name());
            }
        }
    }

    /** Oracle in float64: x̂ = ⟨x, m⟩ m / ‖m‖². */
    @Test
    void registeredBaselineProjectsOntoItsDirection() {
        double[] mean = MeanDirectionBaseline.mean(rows);
        double squares = 0;
        for (double entry : mean) {
            squares += entry * entry;
        }
        Baseline baseline = Baselines.of(sample).seed(7).latents(9).fit("mean-direction");
        assertEquals("the mean, seed 7, 9 latents", baseline.description());
        assertEquals(1, baseline.directions());
        try (Dictionary dense = baseline.dense();
                Scope scope = Scope.open()) {
            assertEquals(2, dense.dSae()); // signed
            double[][] found = Sources.rows(dense.reconstruct(sample));
            for (int i = 0; i < rows.length; i++) {
                double product = 0;
                for (int j = 0; j < WIDTH; j++) {
                    product += rows[i][j] * mean[j];
                }
                for (int j = 0; j < WIDTH; j++) {
                    assertEquals(product * mean[j] / squares, found[i][j], 1e-5);
                }
            }
        }
    }

    @Test
    void unsignedDirectionsHaveNonNegativeCoordinates() {
        double[][] unit = {{0, 0, 1, 0, 0}, {0, 0, 0, 0, 1}};
        Baseline baseline = Baselines.of(sample)
                .directions("axes", "two axes", new Directions(new double[WIDTH], unit, unit, false));
        try (Dictionary dense = baseline.dense();
                Scope scope = Scope.open()) {
            double[][] codes = Sources.rows(dense.encode(sample).dense());
            for (int i = 0; i < rows.length; i++) {
                assertEquals(Math.max(0, rows[i][2]), codes[i][0], 1e-6);
                assertEquals(Math.max(0, rows[i][4]), codes[i][1], 1e-6);
            }
        }
    }

    @Test
    void unknownNameIsRefusedWithTheKnownOnes() {
        assertRefused(
                "unknown baseline \"lda\", expected one of ica, mean-direction, neurons, nmf, pca, random, relu",
                () -> Baselines.of(sample).fit("lda"));
    }

    @Test
    void providersWithTheSameNameAreRefused() throws IOException {
        assertRefused("have the same name \"pca\"", () -> withServices(SecondPca.class.getName(), Baselines::names));
    }

    @Test
    void missingProviderClassIsRefused() throws IOException {
        assertRefused("does not load", () -> withServices("dev.assay.Nowhere", Baselines::names));
    }

    /** A provider whose name is taken. */
    public static final class SecondPca implements BaselineProvider {
        @Override
        public String name() {
            return "pca";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).neurons();
        }
    }

    /** Runs a call with one more services file on the class path of the thread. */
    private void withServices(String provider, Runnable call) throws IOException {
        Path services = temporary.resolve("META-INF/services");
        Files.createDirectories(services);
        Files.writeString(services.resolve(BaselineProvider.class.getName()), provider);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {temporary.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            call.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void directionsOfWrongShapeAreRefused() {
        double[][] unit = {{0, 1, 0, 0, 0}};
        double[][] longer = {{0, 2, 0, 0, 0}};
        double[][] narrow = {{0, 1}};
        double[] origin = new double[WIDTH];
        assertRefused("there are no directions", () -> new Directions(origin, new double[0][], new double[0][], true));
        assertRefused(
                "the encoder has 1 rows, expected 2",
                () -> new Directions(origin, unit, new double[][] {unit[0], unit[0]}, true));
        assertRefused(
                "row 0 of the encoder has 2 numbers, expected 5", () -> new Directions(origin, narrow, unit, true));
        assertRefused(
                "the norm of row 0 of the decoder is 2.0, expected 1",
                () -> new Directions(origin, unit, longer, true));
        assertRefused(
                "have width 2, expected 5",
                () -> Baselines.of(sample)
                        .directions("narrow", "", new Directions(new double[2], narrow, narrow, true)));
    }

    @Test
    void optionsBelowOneAreRefused() {
        assertRefused(
                "the number of components is 0", () -> Baselines.of(sample).components(0));
        assertRefused("the number of latents is 0", () -> Baselines.of(sample).latents(0));
        assertRefused("the number of rounds is -1", () -> Baselines.of(sample).rounds(-1));
    }

    private static void assertRefused(String part, Executable call) {
        String message = assertThrows(InvalidInputException.class, call).getMessage();
        assertTrue(message.contains(part) && message.lines().count() == 1, message);
    }
}
