package dev.assay.sae;

import static dev.assay.sae.Dictionaries.distance;
import static dev.assay.sae.Dictionaries.normal;
import static dev.assay.sae.Dictionaries.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparseAutoencoderTest {
    private final SplittableRandom random = new SplittableRandom(11);
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Dictionaries.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void selectsTheLargestPreActivationsBeforeRelu() {
        Weights weights = new Weights(
                manager.eye(3),
                manager.create(new float[] {0, 0, -9}),
                manager.create(new float[] {1, 0, 0, 0, 2, 0, 0, 0, 3}, new Shape(3, 3)),
                manager.zeros(new Shape(3)));
        try (SparseAutoencoder sae = SparseAutoencoder.builder()
                .architecture(TopK.of(2))
                .weights(weights)
                .build()) {
            NDArray x = manager.create(new float[] {-1, 5, 1, -3, -2, 2}, new Shape(2, 3));
            SparseCodes codes = sae.encode(x);
            assertArrayEquals(new float[] {0, 5, 0, 0, 0, 0}, codes.dense().toFloatArray());
            assertEquals(4, codes.values().size());
            assertArrayEquals(
                    new float[] {0, 10, 0, 0, 0, 0}, sae.reconstruct(x).toFloatArray());
        }
    }

    @Test
    void appliesDecoderNormsInSelectionAndDividesByThemInDecoding() {
        Weights weights = new Weights(
                manager.eye(2),
                manager.zeros(new Shape(2)),
                manager.create(new float[] {1, 0, 0, 4}, new Shape(2, 2)),
                manager.zeros(new Shape(2)));
        try (SparseAutoencoder sae = SparseAutoencoder.builder()
                .architecture(new TopK(1, true))
                .weights(weights)
                .build()) {
            NDArray x = manager.create(new float[] {3, 1}, new Shape(1, 2));
            assertArrayEquals(new float[] {0, 4}, sae.encode(x).dense().toFloatArray());
            assertArrayEquals(new float[] {0, 4}, sae.reconstruct(x).toFloatArray());
        }
    }

    @Test
    void encodesLongInputsInChunksWithEqualResults() {
        // 600 rows of 65,536 latents are encoded in chunks of 256.
        try (Scope scope = Scope.open();
                SparseAutoencoder sae = random(manager, 4, 65_536, TopK.of(5)).build()) {
            NDArray x = normal(manager, random, 2, 300, 4);
            SparseCodes codes = sae.encode(x);
            assertEquals(600, codes.rows());
            Aten.Selection whole = Aten.topKSorted(sae.preActivations(x), 5);
            NDArray values = codes.values().reshape(600, 5);
            assertTrue(distance(whole.values(), Aten.topKSorted(values, 5).values()) < 1e-6);
            assertArrayEquals(
                    whole.indices().sort(1).toLongArray(),
                    codes.indices().reshape(600, 5).sort(1).toLongArray());
            assertEquals(599 * 5, codes.offsets().getLong(599));
            assertEquals(x.getShape(), sae.reconstruct(x).getShape());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void encodesZeroRowsToEmptyCodes(Architecture architecture) {
        try (SparseAutoencoder sae = random(manager, 4, 8, architecture).build()) {
            NDArray x = manager.create(new Shape(0, 4));
            assertEquals(new Shape(0, 8), sae.encode(x).dense().getShape());
            assertEquals(new Shape(0, sae.dOut()), sae.reconstruct(x).getShape());
        }
    }

    @ParameterizedTest
    @EnumSource(ActivationNormalization.class)
    void invertsNormalisation(ActivationNormalization normalization) {
        try (Scope scope = Scope.open()) {
            NDArray x = normal(manager, random, 6, 10).mul(3f).add(2f);
            ActivationNormalization.Normalized normalized = normalization.apply(x);
            // Layer normalisation adds 1e-5 in the forward direction only.
            assertTrue(distance(x, normalized.invert(normalized.values())) < 1e-5);
        }
    }

    @Test
    void normalisesByTheFormulas() {
        NDArray x = manager.create(new float[] {1, 2, 3, 6}, new Shape(1, 4));
        // Mean 3, variance (4 + 1 + 0 + 9) / (4 − 1).
        double deviation = Math.sqrt(14 / 3.0);
        float[] standardised =
                ActivationNormalization.LAYER_NORM.apply(x).values().toFloatArray();
        assertEquals(-2 / (deviation + 1e-5), standardised[0], 1e-6);
        assertEquals(3 / (deviation + 1e-5), standardised[3], 1e-6);
        // Norm √50, rescaled to √4.
        float[] rescaled =
                ActivationNormalization.CONSTANT_NORM_RESCALE.apply(x).values().toFloatArray();
        assertEquals(6 * 2 / Math.sqrt(50), rescaled[3], 1e-6);
        NDArray zeros = manager.zeros(new Shape(1, 4));
        assertArrayEquals(
                new float[4],
                ActivationNormalization.CONSTANT_NORM_RESCALE
                        .apply(zeros)
                        .values()
                        .toFloatArray());
    }

    @Test
    void flattensHeadsAndRestoresTheirShape() {
        InputOptions joined = new InputOptions(ActivationNormalization.NONE, true, true);
        try (SparseAutoencoder sae =
                random(manager, 12, 32, TopK.of(4)).input(joined).build()) {
            NDArray x = normal(manager, random, 5, 3, 4);
            NDArray flat = sae.reconstruct(x.reshape(5, 12));
            assertEquals(flat.reshape(5, 3, 4), sae.reconstruct(x));
            assertEquals(5, sae.encode(x).rows());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void foldingTheActivationScalePreservesReconstructions(boolean rescale) {
        try (SparseAutoencoder sae =
                        random(manager, 16, 64, new TopK(6, rescale)).build();
                SparseAutoencoder folded = sae.foldActivationNorm(1.7)) {
            NDArray x = normal(manager, random, 20, 16);
            NDArray expected = sae.reconstruct(x.mul(1.7f)).div(1.7f);
            assertTrue(distance(expected, folded.reconstruct(x)) < 1e-6);
            assertEquals(ActivationNormalization.NONE, folded.input().normalization());
        }
    }

    @Test
    void foldingDecoderNormsPreservesCodesAndReconstructions() {
        try (SparseAutoencoder sae = random(manager, 16, 64, new TopK(6, true)).build();
                SparseAutoencoder folded = sae.foldDecoderNorm()) {
            NDArray x = normal(manager, random, 20, 16);
            assertTrue(distance(sae.reconstruct(x), folded.reconstruct(x)) < 1e-6);
            assertTrue(distance(sae.encode(x).dense(), folded.encode(x).dense()) < 1e-6);
            assertTrue(distance(folded.weights().decoderNorms(), manager.ones(new Shape(64))) < 1e-6);
        }
    }

    @Test
    void refusesFoldingThatWouldChangeTheSelection() {
        try (SparseAutoencoder sae = random(manager, 16, 64, TopK.of(6)).build()) {
            assertThrows(InvalidInputException.class, sae::foldDecoderNorm);
        }
    }

    @Test
    void refusesInconsistentParts() {
        assertEquals("k is 0, expected at least 1", refused(() -> TopK.of(0)));
        assertEquals(
                "k is 65, expected at most d_sae, which is 64",
                refused(() -> random(manager, 16, 64, TopK.of(65)).build()));
        assertEquals(
                "the decoder is float32 (3, 4), expected float32 (4, 3)",
                refused(() -> new Weights(
                        manager.zeros(new Shape(4, 3)),
                        manager.zeros(new Shape(4)),
                        manager.zeros(new Shape(3, 4)),
                        manager.zeros(new Shape(3)))));
        try (SparseAutoencoder sae = random(manager, 16, 64, TopK.of(6)).build()) {
            assertEquals(
                    "activations of shape (2, 15) do not fit the dictionary, expected a last axis of 16",
                    refused(() -> sae.encode(manager.zeros(new Shape(2, 15)))));
            assertEquals(
                    "the activation scale is NaN, expected a number above 0",
                    refused(() -> sae.foldActivationNorm(Double.NaN)));
        }
    }

    @Test
    void copiesExtraArrays() {
        SparseAutoencoderBuilder builder = random(manager, 4, 8, new JumpRelu());
        NDArray threshold = builder.weights.extra(JumpRelu.THRESHOLD);
        float[] before = threshold.toFloatArray();
        try (SparseAutoencoder sae = builder.build();
                SparseAutoencoder folded = sae.foldActivationNorm(2)) {
            threshold.muli(0f);
            assertArrayEquals(before, folded.weights().extra(JumpRelu.THRESHOLD).toFloatArray());
            assertEquals(
                    "the weights have no array r_mag, expected one of [threshold]",
                    refused(() -> sae.weights().extra(Gated.R_MAG)));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void directionsEqualTheContributionOfUnitCodes(Architecture architecture) {
        try (SparseAutoencoder sae = random(manager, 16, 64, architecture).build()) {
            NDArray latents = manager.create(new long[] {0, 63, 7});
            SparseCodes units =
                    SparseCodes.ofRows(new Aten.Selection(manager.ones(new Shape(3, 1)), latents.reshape(3, 1)), 64);
            NDArray added = sae.decode(units).sub(sae.decoderBias()); // [3, d_out]
            assertTrue(distance(added, sae.directions(latents)) < 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void leaksNoArrays(Architecture architecture) {
        try (SparseAutoencoder sae = random(manager, 16, 64, architecture).build()) {
            NDArray x = normal(manager, random, 20, 16);
            int before = live(sae.encoder()) + live(x);
            for (int i = 0; i < 20; i++) {
                sae.reconstruct(x).close();
                sae.encode(x).close();
                sae.preActivations(x).close();
            }
            assertEquals(before, live(sae.encoder()) + live(x));
        }
    }

    private static int live(NDArray array) {
        return array.getManager().getManagedArrays().size();
    }

    private static String refused(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InvalidInputException.class, action).getMessage();
    }
}
