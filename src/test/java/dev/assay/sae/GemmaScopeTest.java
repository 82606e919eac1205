package dev.assay.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmaScopeTest {
    private static final int D_IN = 4;
    private static final int D_SAE = 3;
    private static final float[] ENCODER = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; // [d_in, d_sae]
    private static final float[] DECODER = {2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24}; // [d_sae, d_in]

    @TempDir
    private Path folder;

    private final Map<String, byte[]> arrays = new LinkedHashMap<>();

    GemmaScopeTest() {
        put("W_enc", "(4, 3)", ENCODER);
        put("b_enc", "(3,)", 0.1f, 0.2f, 0.3f);
        put("threshold", "(3,)", 1, 1, 1);
        put("W_dec", "(3, 4)", DECODER);
        put("b_dec", "(4,)", 1, 2, 3, 4);
    }

    /** Adds an array in numpy's format. */
    private void put(String name, String shape, float... values) {
        byte[] header = ("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length + values.length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        bytes.putShort((short) header.length).put(header);
        for (float value : values) {
            bytes.putFloat(value);
        }
        arrays.put(name, bytes.array());
    }

    private Path write(String path) throws IOException {
        Path file = Files.createDirectories(folder.resolve(path)).resolve("params.npz");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
            }
        }
        Files.write(file, bytes.toByteArray());
        return file;
    }

    private static float[] times(float[] values, double factor) {
        float[] scaled = new float[values.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (values[i] * factor);
        }
        return scaled;
    }

    /** With d_in = 4 the root is 2. The encoder is stored with one row per latent. */
    @ParameterizedTest
    @CsvSource({
        "gemma-scope-2b-pt-res/embedding/width_4k/average_l0_6, google/gemma-2-2b",
        "gemma-scope-9b-pt-res/embedding/width_4k/average_l0_6, google/gemma-2-9b",
        "elsewhere/embedding/width_4k/average_l0_6, "
    })
    void scalesEmbeddingDictionariesToTheSiteOfScaledEmbeddings(String path, String model) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(write(path))) {
            assertEquals("hook_embed", sae.metadata().requiredHookName());
            assertEquals(model, sae.metadata().modelName().orElse(null));
            assertArrayEquals(times(ENCODER, 0.5), sae.encoder().transpose().toFloatArray());
            assertArrayEquals(times(DECODER, 2), sae.decoder().toFloatArray());
            assertArrayEquals(new float[] {1, 2, 3, 4}, sae.decoderBias().toFloatArray());
            assertArrayEquals(
                    new float[] {1, 1, 1}, sae.weights().extra("threshold").toFloatArray());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_6, blocks.3.hook_resid_post",
        "embedding/gemma-scope-2b-pt-mlp/layer_3/width_16k/average_l0_6, blocks.3.hook_mlp_out"
    })
    void leavesOtherDictionariesUnscaled(String path, String site) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(write(path))) {
            assertEquals(site, sae.metadata().requiredHookName());
            assertEquals(1024, sae.metadata().contextSize().orElseThrow());
            assertTrue(sae.metadata().prependBos());
            assertArrayEquals(ENCODER, sae.encoder().transpose().toFloatArray());
            assertArrayEquals(DECODER, sae.decoder().toFloatArray());
        }
    }

    @Test
    void refusesAScalingFactorByName() throws IOException {
        put("scaling_factor", "(3,)", 1, 1.5f, 1);
        Path file = write("x");
        assertEquals(
                file
                        + " contains an array scaling_factor with numbers other than 1, expected a dictionary whose decoder"
                        + " is not rescaled (multiply the rows of W_dec by it)",
                refused(file));
    }

    @Test
    void acceptsAScalingFactorOfOne() throws IOException {
        put("scaling_factor", "(3,)", 1, 1, 1);
        try (SparseAutoencoder sae = SparseAutoencoder.load(write("x"))) {
            assertEquals(D_IN, sae.dIn());
            assertEquals(D_SAE, sae.dSae());
        }
    }

    @Test
    void refusesAnUnknownArrayByName() throws IOException {
        put("W_skip", "(4, 4)", new float[16]);
        Path file = write("gemma-scope-2b-pt-transcoders/layer_3");
        assertEquals(file + " contains an array W_skip, which dictionaries of Gemma Scope do not have", refused(file));
    }

    private static String refused(Path file) {
        return assertThrows(InvalidInputException.class, () -> SparseAutoencoder.load(file))
                .getMessage();
    }
}
