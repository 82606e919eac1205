package dev.assay.sae;

import static dev.assay.sae.Dictionaries.distance;
import static dev.assay.sae.Dictionaries.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares every architecture with float64 formulas implemented without the engine. */
class OracleTest {
    private static final int[][] SHAPES = {{1, 8}, {5, 40}, {16, 64}, {3, 1024}, {7, 2048}};
    private static final int ROWS = 24;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Dictionaries.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void codesAndReconstructionsFollowTheFormulas(Architecture architecture) {
        for (int[] shape : SHAPES) {
            SplittableRandom random = new SplittableRandom(31L * shape[0] + shape[1]);
            for (boolean centred : List.of(true, false)) {
                if (centred && !architecture.reconstructsInput()) {
                    continue;
                }
                try (Scope scope = Scope.open();
                        SparseAutoencoder sae = Dictionaries.random(manager, shape[0], shape[1], architecture, random)
                                .input(new InputOptions(ActivationNormalization.NONE, centred, false))
                                .build()) {
                    NDArray x = normal(manager, random, ROWS, shape[0]);
                    double[][] codes = codes(sae, matrix(x));
                    assertClose(codes, sae.encode(x).dense());
                    assertClose(reconstructions(sae, matrix(x), codes), sae.reconstruct(x));
                    assertEquals(sae.reconstruct(x), sae.decode(sae.encode(x), x));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void foldingDecoderNormsPreservesReconstructions(Architecture architecture) {
        boolean foldable =
                architecture.options().getOrDefault(TopK.RESCALE, true).equals(true);
        try (Scope scope = Scope.open();
                SparseAutoencoder sae =
                        Dictionaries.random(manager, 16, 64, architecture).build()) {
            if (!foldable) {
                assertThrows(InvalidInputException.class, sae::foldDecoderNorm);
                return;
            }
            try (SparseAutoencoder folded = sae.foldDecoderNorm()) {
                NDArray x = normal(manager, new SplittableRandom(9), ROWS, 16);
                assertTrue(distance(sae.reconstruct(x), folded.reconstruct(x)) < 1e-6);
                assertTrue(distance(folded.weights().decoderNorms(), manager.ones(new Shape(64))) < 1e-6);
                boolean sameCodes = architecture.options().containsKey(TopK.RESCALE);
                NDArray codes = sae.encode(x).dense();
                NDArray scaled = sameCodes ? codes : codes.mul(sae.weights().decoderNorms());
                assertTrue(distance(scaled, folded.encode(x).dense()) < 1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void foldingTheActivationScaleReconstructsInModelUnits(Architecture architecture) {
        try (Scope scope = Scope.open();
                SparseAutoencoder sae =
                        Dictionaries.random(manager, 16, 64, architecture).build()) {
            try (SparseAutoencoder folded = sae.foldActivationNorm(0.375)) {
                NDArray x = normal(manager, new SplittableRandom(9), ROWS, 16);
                NDArray expected = sae.reconstruct(x.mul(0.375f)).div(0.375f);
                assertTrue(distance(expected, folded.reconstruct(x)) < 1e-6);
            }
        }
    }

    @Test
    void encodeBatchKeepsTheLargestEntriesOfTheBatch() {
        BatchTopK architecture = new BatchTopK(2.5, true, 0, false);
        try (Scope scope = Scope.open();
                SparseAutoencoder sae =
                        Dictionaries.random(manager, 6, 40, architecture).build()) {
            NDArray x = normal(manager, new SplittableRandom(4), 7, 6);
            NDArray in = sae.input(x);
            SparseCodes codes = architecture.encodeBatch(in, sae.weights(), manager.create(new Shape(7, 40)));
            double[][] all = codes(sae, matrix(x)); // a threshold of 0 keeps all positive entries
            double[] sorted =
                    Arrays.stream(all).flatMapToDouble(Arrays::stream).sorted().toArray();
            double last = sorted[sorted.length - 17]; // ⌊2.5 · 7⌋ = 17
            for (double[] row : all) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = row[j] >= last ? row[j] : 0;
                }
            }
            assertEquals(17, codes.values().size());
            assertClose(all, codes.dense());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batchtopk", "batchtopk_no_rescale", "matryoshka_batchtopk"})
    void finishedCheckpointEqualsTheDictionarySavedBySaelens(String name) throws IOException {
        Path folder = Dictionaries.fixture(name);
        try (Scope scope = Scope.open();
                SparseAutoencoder saved = SparseAutoencoder.load(folder);
                SparseAutoencoder checkpoint = SparseAutoencoder.load(folder.resolve("training_checkpoint"))) {
            Weights finished = ((BatchTopK) checkpoint.architecture()).jumpReluWeights(checkpoint.weights());
            Map<String, NDArray> expected = SaelensTensors.of(saved.architecture(), saved.weights());
            Map<String, NDArray> found = SaelensTensors.of(new JumpRelu(), finished);
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((tensor, array) -> assertTrue(distance(array, found.get(tensor)) < 1e-6, tensor));
            NDArray x = normal(manager, new SplittableRandom(2), 40, 16);
            assertTrue(distance(saved.encode(x).dense(), checkpoint.encode(x).dense()) < 1e-6);
            assertTrue(distance(saved.reconstruct(x), checkpoint.reconstruct(x)) < 1e-6);
        }
    }

    @Test
    void transcodersPredictInTheirOutputWidth() {
        try (Scope scope = Scope.open();
                SparseAutoencoder sae = Dictionaries.random(manager, 6, 16, Transcoder.withSkip(new Standard()))
                        .input(new InputOptions(ActivationNormalization.LAYER_NORM, false, true))
                        .build()) {
            NDArray x = normal(manager, new SplittableRandom(4), 4, 5, 2, 3);
            NDArray joined = sae.reconstruct(x.reshape(4, 5, 6));
            assertEquals(new Shape(4, 5, 9), joined.getShape());
            assertEquals(joined, sae.reconstruct(x));
            // Transcoders do not invert the normalisation, and the skip connection uses the raw activations.
            NDArray skip = x.reshape(20, 6)
                    .matMul(sae.weights().extra(Transcoder.W_SKIP).transpose());
            NDArray plain = sae.decode(sae.encode(x)).add(skip);
            assertTrue(distance(plain, joined.reshape(20, 9)) < 1e-6);
        }
    }

    @Test
    void refusesWeightsThatDoNotMatchTheArchitecture() {
        Weights jumping = Dictionaries.random(manager, 4, 8, new JumpRelu()).weights;
        assertEquals(
                "the weights contain the extra arrays {threshold=(8)}, expected {} for the architecture standard",
                refused(new Standard(), jumping));
        assertEquals(
                "the weights contain the extra arrays {threshold=(8)}, expected {b_mag=(8), r_mag=(8)} for the"
                        + " architecture gated",
                refused(new Gated(), jumping));
        Weights wide = Dictionaries.random(manager, 4, 8, Transcoder.of(new Standard())).weights;
        assertEquals(
                "the decoder has width 7 and the encoder width 4, expected equal widths unless the architecture is a transcoder",
                refused(new Standard(), wide));
        SparseAutoencoderBuilder centred = SparseAutoencoder.builder()
                .architecture(Transcoder.of(new Standard()))
                .weights(wide)
                .input(InputOptions.CENTRED);
        assertEquals(
                "the input options of a transcoder subtract the decoder bias, expected no subtraction because the"
                        + " bias belongs to its output",
                assertThrows(InvalidInputException.class, centred::build).getMessage());
        Transcoder transcoder = Transcoder.of(new Gated());
        assertEquals(
                "the codes of a transcoder are computed by gated_transcoder, expected the architecture of an autoencoder",
                assertThrows(InvalidInputException.class, () -> Transcoder.of(transcoder))
                        .getMessage());
        assertEquals(
                "k is 0.0, expected a number above 0",
                assertThrows(InvalidInputException.class, () -> new BatchTopK(0, true, 0, false))
                        .getMessage());
    }

    private static String refused(Architecture architecture, Weights weights) {
        SparseAutoencoderBuilder builder =
                SparseAutoencoder.builder().architecture(architecture).weights(weights);
        return assertThrows(InvalidInputException.class, builder::build).getMessage();
    }

    // formulas

    private static double[][] codes(SparseAutoencoder sae, double[][] x) {
        Architecture architecture = sae.architecture();
        Architecture kind = architecture instanceof Transcoder transcoder ? transcoder.codes() : architecture;
        Weights w = sae.weights();
        double[][] encoder = matrix(w.encoder());
        double[] bias = vector(w.encoderBias());
        double[] decoderBias = vector(w.decoderBias());
        double[] norms = Arrays.stream(matrix(w.decoder()))
                .mapToDouble(row -> Math.sqrt(dot(row, row)))
                .toArray();
        double[][] codes = new double[x.length][encoder.length];
        for (int i = 0; i < x.length; i++) {
            double[] in = x[i].clone();
            if (sae.input().subtractDecoderBias()) {
                Arrays.setAll(in, j -> in[j] - decoderBias[j]);
            }
            double[] e = Arrays.stream(encoder).mapToDouble(row -> dot(row, in)).toArray();
            codes[i] = activate(kind, w, e, bias, norms);
        }
        return codes;
    }

    private static double[] activate(Architecture kind, Weights w, double[] e, double[] bias, double[] norms) {
        double[] codes = new double[e.length];
        if (kind instanceof TopK topK) {
            double[] scores = new double[e.length];
            Arrays.setAll(scores, j -> (e[j] + bias[j]) * (topK.rescaleByDecoderNorm() ? norms[j] : 1));
            double[] sorted = scores.clone();
            Arrays.sort(sorted);
            Arrays.setAll(codes, j -> scores[j] >= sorted[e.length - topK.k()] ? Math.max(scores[j], 0) : 0);
        } else if (kind instanceof JumpRelu) {
            double[] threshold = vector(w.extra("threshold"));
            Arrays.setAll(codes, j -> e[j] + bias[j] > threshold[j] ? Math.max(e[j] + bias[j], 0) : 0);
        } else if (kind instanceof Gated) {
            double[] r = vector(w.extra("r_mag"));
            double[] b = vector(w.extra("b_mag"));
            Arrays.setAll(codes, j -> e[j] + bias[j] > 0 ? Math.max(e[j] * Math.exp(r[j]) + b[j], 0) : 0);
        } else if (kind instanceof BatchTopK batchTopK) {
            double[] scale = batchTopK.rescaleByDecoderNorm() ? norms : ones(e.length);
            Arrays.setAll(codes, j -> Math.max((e[j] + bias[j]) * scale[j], 0));
            Arrays.setAll(codes, j -> codes[j] > batchTopK.threshold() ? codes[j] : 0);
        } else {
            Arrays.setAll(codes, j -> Math.max(e[j] + bias[j], 0));
        }
        return codes;
    }

    private static double[][] reconstructions(SparseAutoencoder sae, double[][] x, double[][] codes) {
        Weights w = sae.weights();
        double[][] decoder = matrix(w.decoder());
        double[] bias = vector(w.decoderBias());
        boolean rescale = sae.architecture()
                .options()
                .getOrDefault("rescale_acts_by_decoder_norm", false)
                .equals(true);
        double[][] reconstructions = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            double[] reconstruction = bias.clone();
            for (int j = 0; j < decoder.length; j++) {
                double code = codes[i][j] / (rescale ? Math.sqrt(dot(decoder[j], decoder[j])) : 1);
                for (int d = 0; d < reconstruction.length; d++) {
                    reconstruction[d] += code * decoder[j][d];
                }
            }
            NDArray skip = w.extra().get("W_skip");
            if (skip != null) {
                double[][] matrix = matrix(skip);
                for (int d = 0; d < reconstruction.length; d++) {
                    reconstruction[d] += dot(matrix[d], x[i]);
                }
            }
            reconstructions[i] = reconstruction;
        }
        return reconstructions;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] ones(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static double[] vector(NDArray array) {
        float[] floats = array.toFloatArray();
        double[] doubles = new double[floats.length];
        Arrays.setAll(doubles, i -> floats[i]);
        return doubles;
    }

    private static double[][] matrix(NDArray array) {
        double[] entries = vector(array);
        int width = (int) array.getShape().get(1);
        double[][] rows = new double[(int) array.getShape().get(0)][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(entries, i * width, (i + 1) * width));
        return rows;
    }

    private static void assertClose(double[][] expected, NDArray computed) {
        double[][] found = matrix(computed);
        assertEquals(expected.length, found.length);
        double size = 1;
        for (double[] row : expected) {
            for (double entry : row) {
                size = Math.max(size, Math.abs(entry));
            }
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i].length, found[i].length);
            for (int j = 0; j < expected[i].length; j++) {
                assertEquals(expected[i][j], found[i][j], size * 2e-6, "row " + i + ", column " + j);
            }
        }
    }
}
