package dev.assay.toy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.evaluate.Jacobi;
import dev.assay.evaluate.Sources;
import dev.assay.evaluate.similarity.DictionaryComparison;
import dev.assay.evaluate.similarity.DictionarySimilarity;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ToySuperpositionTest {
    private static final int FEATURES = 512;

    /** Without scaling of probabilities about one feature would fire and a third of the rows would be zero. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.8})
    void aboutFiveFeaturesFireAndFewRowsAreZero(double correlation) {
        ToySuperposition toy = ToySuperposition.of(256, FEATURES).correlation(correlation);
        double[] probabilities = toy.probabilities();
        assertEquals(5, Arrays.stream(probabilities).sum(), 1e-9);
        assertEquals(0.99, probabilities[7] / probabilities[6], 1e-12);
        int passes = 40;
        double[] rates = new double[FEATURES];
        double strengths = 0;
        double fired = 0;
        double zeroRows = 0;
        for (int pass = 0; pass < passes; pass++) {
            for (float[] row : rows(toy, pass)) {
                boolean zero = true;
                for (int i = 0; i < FEATURES; i++) {
                    if (row[i] != 0) {
                        assertTrue(row[i] > 0 && row[i] < 1);
                        zero = false;
                        strengths += row[i];
                        fired++;
                        rates[i] += 1.0 / passes / ToySuperposition.ROWS;
                    }
                }
                zeroRows += zero ? 1 : 0;
            }
        }
        double count = passes * ToySuperposition.ROWS;
        assertEquals(5, fired / count, 0.1);
        assertEquals(0.5, strengths / fired, 0.01);
        // Independent features: Π(1 − p) = 0.0063. With correlated features more rows are empty.
        double expectedZero = Arrays.stream(probabilities).map(p -> 1 - p).reduce(1, (a, b) -> a * b);
        if (correlation == 0) {
            assertEquals(expectedZero, zeroRows / count, 0.002);
        } else {
            assertTrue(zeroRows / count > 2 * expectedZero && zeroRows / count < 0.25);
        }
        for (int i = 0; i < FEATURES; i++) {
            double deviation = Math.sqrt(probabilities[i] / count);
            assertEquals(probabilities[i], rates[i], 5 * deviation);
        }
    }

    private static float[][] rows(ToySuperposition toy, long pass) {
        float[] codes = toy.codes(pass);
        int features = codes.length / ToySuperposition.ROWS;
        float[][] rows = new float[ToySuperposition.ROWS][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(codes, i * features, (i + 1) * features);
        }
        return rows;
    }

    /** With one draw of the copula per batch, rows of a batch would be independent given their rates. */
    @Test
    void correlatedFeaturesVaryFromRowToRow() {
        ToySuperposition toy =
                ToySuperposition.of(8, 12).active(4).decay(1).correlation(0.9).seed(3);
        double[][] truth = correlations(toy);
        double[][] together = new double[12][12];
        int passes = 20;
        for (int pass = 0; pass < passes; pass++) {
            float[][] rows = rows(toy, pass);
            double[] rates = new double[12];
            double[][] both = new double[12][12];
            for (float[] row : rows) {
                for (int i = 0; i < 12; i++) {
                    rates[i] += row[i] > 0 ? 1.0 / rows.length : 0;
                    for (int j = 0; j < 12; j++) {
                        both[i][j] += row[i] > 0 && row[j] > 0 ? 1.0 / rows.length : 0;
                    }
                }
            }
            for (int i = 0; i < 12; i++) {
                for (int j = 0; j < 12; j++) { // within the batch, independent of rates that change between batches
                    together[i][j] += (both[i][j] - rates[i] * rates[j]) / passes;
                }
            }
        }
        for (int i = 0; i < 12; i++) {
            for (int j = 0; j < i; j++) {
                if (Math.abs(truth[i][j]) > 0.1) {
                    assertEquals(Math.signum(truth[i][j]), Math.signum(together[i][j]), i + " and " + j);
                }
            }
        }
    }

    @Test
    void correlationsFormACorrelationMatrix() {
        double[][] matrix = correlations(ToySuperposition.of(8, 24).active(3).correlation(0.7));
        double largest = 0;
        for (int i = 0; i < 24; i++) {
            assertEquals(1, matrix[i][i]);
            for (int j = 0; j < i; j++) {
                assertEquals(matrix[i][j], matrix[j][i]);
                largest = Math.max(largest, Math.abs(matrix[i][j]));
            }
        }
        assertTrue(largest > 0.3 && largest <= 0.7);
        assertTrue(Arrays.stream(Jacobi.of(matrix).values()).allMatch(value -> value > 0.3 - 1e-9));
    }

    private static double[][] correlations(ToySuperposition toy) {
        return ((CopulaFiring) toy.firing()).correlations();
    }

    @Test
    void rowsAreSumsOfTrueDirectionsAndAnyPositionCanBeReopened() throws IOException {
        ToySuperposition toy = ToySuperposition.of(16, 40).seed(9);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                ActivationStream stream = toy.open(StreamPosition.START)) {
            stream.next();
            StreamPosition second = stream.position();
            float[] rows = stream.next().values().toFloatArray();
            float[] codes = toy.codes(1);
            float[] directions = toy.directions(manager).toFloatArray();
            for (int row = 0; row < 20; row++) {
                for (int j = 0; j < 16; j++) {
                    double sum = 0;
                    for (int i = 0; i < 40; i++) {
                        sum += codes[row * 40 + i] * directions[i * 16 + j];
                    }
                    assertEquals(sum, rows[row * 16 + j], 1e-5);
                }
            }
            try (ActivationStream again = toy.open(second)) {
                assertArrayEquals(rows, again.next().values().toFloatArray());
                assertEquals(stream.position(), again.position());
            }
        }
    }

    /** Passes with overlapping generator streams would have the same rows, shifted. */
    @Test
    void passesHaveDistinctRows() {
        for (long seed : new long[] {0, 1, 0x9E3779B97F4A7C15L}) {
            ToySuperposition toy = ToySuperposition.of(8, 16).seed(seed);
            boolean[] seen = new boolean[1 << 24];
            int repeated = 0;
            int fired = 0;
            for (int pass = 0; pass < 4; pass++) {
                for (float strength : toy.codes(pass)) {
                    if (strength != 0) {
                        int bits = (int) (strength * (1 << 24));
                        repeated += seen[bits] ? 1 : 0;
                        seen[bits] = true;
                        fired++;
                    }
                }
            }
            assertTrue(repeated < fired / 200, repeated + " of " + fired);
        }
    }

    @Test
    void trainedDictionaryRecoversTheTruthAndResumesExactly(@TempDir Path folder) throws IOException {
        ToySuperposition toy = ToySuperposition.of(16, 24).active(2).seed(1);
        try (SparseAutoencoder sae = trainer(toy).train();
                SparseAutoencoder written = trainer(toy).output(folder).train();
                SparseAutoencoder resumed = trainer(toy).output(folder).train()) {
            assertArrayEquals(sae.decoder().toFloatArray(), written.decoder().toFloatArray());
            assertArrayEquals(sae.decoder().toFloatArray(), resumed.decoder().toFloatArray());
            DictionarySimilarity recovery = toy.recovery(sae);
            assertEquals(24, recovery.latentsOfA());
            assertTrue(recovery.mmcsOfA().value() > 0.9, recovery.toText());
            assertTrue(recovery.mmcsOfA().value() > recovery.mmcsOfA().random() + 0.3, recovery.toText());
        }
        ToySuperposition another = toy.seed(2);
        assertTrue(assertThrows(
                        InvalidInputException.class,
                        () -> trainer(another).output(folder).train())
                .getMessage()
                .contains("seed"));
    }

    private static SaeTrainer trainer(ToySuperposition toy) {
        return SaeTrainer.of(TopK.of(2))
                .source(toy)
                .dictionarySize(32)
                .tokens(200_000)
                .batchSize(512)
                .learningRate(3e-3)
                .bufferRows(4096)
                .progress(false);
    }

    /** Initialization and null draw directions on the sphere as well, and all default seeds are 0. */
    @ParameterizedTest
    @ValueSource(longs = {0, 7})
    void initializationAndNullOfTheSameSeedDifferFromTheTruth(long seed) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray truth = ToySuperposition.of(32, 48).seed(seed).directions(manager);
            NDArray start = Weights.randomDirections(manager, 48, 32, seed);
            DictionarySimilarity similarity =
                    DictionaryComparison.of(truth, start).seed(seed).run();
            DictionarySimilarity.Figure found = similarity.mmcsOfA();
            assertEquals(found.random(), found.value(), 0.1, similarity.toText());
            DictionarySimilarity itself =
                    DictionaryComparison.of(truth, truth).seed(seed).run();
            assertTrue(itself.mmcsOfA().spread() < 0.02, itself.toText());
            assertTrue(itself.mmcsOfB().spread() < 0.02, itself.toText());
        }
    }

    @Test
    void rejectsSettingsOutOfRange() {
        ToySuperposition toy = ToySuperposition.of(8, 16);
        for (Runnable call : new Runnable[] {
            () -> ToySuperposition.of(0, 3),
            () -> toy.active(17),
            () -> toy.active(0),
            () -> toy.active(Double.NaN),
            () -> toy.decay(0),
            () -> toy.decay(1.1),
            () -> toy.correlation(-0.1),
            () -> toy.correlation(1.1)
        }) {
            String message =
                    assertThrows(InvalidInputException.class, call::run).getMessage();
            assertTrue(message.contains("expected"), message);
        }
    }

    @Test
    void directionsAreUnitRows() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray directions = ToySuperposition.of(16, 40).seed(4).directions(manager);
            for (double[] row : Sources.rows(directions)) {
                assertEquals(1, Arrays.stream(row).map(v -> v * v).sum(), 1e-6);
            }
        }
    }

    /** The null model has the mean and variance of the codes, but all features are active in every row. */
    @Test
    void normalCodesKeepMeanAndVarianceWithoutSparsity() {
        ToySuperposition toy = ToySuperposition.of(8, 6).active(2).decay(0.9);
        ToySuperposition normal = toy.gaussianCodes();
        int passes = 40;
        double[] sum = new double[6];
        double[] squares = new double[6];
        for (int pass = 0; pass < passes; pass++) {
            for (float[] row : rows(normal, pass)) {
                for (int i = 0; i < 6; i++) {
                    assertTrue(row[i] != 0);
                    sum[i] += row[i];
                    squares[i] += row[i] * row[i];
                }
            }
        }
        double count = passes * ToySuperposition.ROWS;
        for (int i = 0; i < 6; i++) {
            double p = toy.probabilities()[i];
            assertEquals(p / 2, sum[i] / count, 0.01);
            assertEquals(p / 3, squares[i] / count, 0.01);
        }
        assertTrue(!toy.modelHash().equals(normal.modelHash()));
    }

    @Test
    void childrenOfAHierarchicalModelFireOnlyWithTheirParents() {
        ToySuperposition toy = ToySuperposition.of(16, 40).active(4).hierarchical();
        assertEquals(4, toy.firing().meanActive(), 1e-9);
        int children = 0;
        for (float[] row : rows(toy, 0)) {
            for (int i = 0; i < 40; i++) {
                if (row[i] != 0 && i % 8 != 0) {
                    children++;
                    assertTrue(row[i - i % 8] != 0, "the root of feature " + i);
                }
            }
            assertTrue(row[1] == 0 || row[2] == 0, "exclusive siblings");
        }
        assertTrue(children > 1000);
    }
}
