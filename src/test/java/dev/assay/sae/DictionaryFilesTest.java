package dev.assay.sae;

import static dev.assay.sae.Dictionaries.fixture;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.ComparisonReport;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.verify.SaeVerification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DictionaryFilesTest {
    /** Saved by sparsify's own class. */
    private static final Path SPARSIFY = fixture("formats/sparsify/layers.3");

    private static final Path SPARSIFY_TRANSCODER = fixture("formats/sparsify/layers.2.mlp");
    /** Saved by numpy. */
    private static final Path GEMMA_SCOPE = fixture("formats/gemma_scope");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"formats/sparsify/layers.3", "formats/sparsify/layers.2.mlp", "formats/gemma_scope"})
    void computesTheExpectedOutputsOfOtherFormats(String name) throws IOException {
        Path expected = fixture(name).resolve("expected.safetensors");
        ComparisonReport report = SaeVerification.run(fixture(name), expected, 2e-6);
        assertTrue(report.passed(), report::toText);
        assertEquals(2, report.differences().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"formats/sparsify/layers.3", "formats/sparsify/layers.2.mlp", "formats/gemma_scope"})
    void savesOtherFormatsAsSaelensFolders(String name) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(fixture(name))) {
            sae.save(folder.resolve("saved"));
        }
        ComparisonReport report =
                SaeVerification.run(folder.resolve("saved"), fixture(name).resolve("expected.safetensors"), 2e-6);
        assertTrue(report.passed(), report::toText);
    }

    /**
     * The fixtures were saved by dictionary_learning and converted by scripts/convert_dictionary_learning.py; dictionary_learning computed
     * the expected outputs.
     */
    @ParameterizedTest
    @CsvSource({
        "AutoEncoder, standard, true",
        "AutoEncoderNew, standard, false",
        "GatedAutoEncoder, gated, true",
        "JumpReluAutoEncoder, jumprelu, false",
        "AutoEncoderTopK, topk, true",
        "BatchTopKSAE, jumprelu, true",
        "MatryoshkaBatchTopKSAE, jumprelu, true"
    })
    void computesTheExpectedOutputsOfConvertedDictionaries(String name, String id, boolean centred) throws IOException {
        Path converted = fixture("formats/dictionary_learning").resolve(name);
        ComparisonReport report = SaeVerification.run(converted, converted.resolve("expected.safetensors"), 2e-6);
        assertTrue(report.passed(), report::toText);
        try (SparseAutoencoder sae = SparseAutoencoder.load(converted)) {
            assertEquals(id, sae.architecture().id());
            assertEquals(centred, sae.input().subtractDecoderBias());
            assertEquals("blocks.3.hook_resid_post", sae.metadata().requiredHookName());
            JsonNode trainer = sae.metadata().get("dictionary_learning").orElseThrow();
            assertEquals(name, trainer.path("dict_class").textValue());
        }
    }

    @Test
    void preservesTheSparsifyConfiguration() throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(SPARSIFY);
                SparseAutoencoder transcoder = SparseAutoencoder.load(SPARSIFY_TRANSCODER)) {
            assertEquals(TopK.of(5), sae.architecture());
            assertEquals(InputOptions.CENTRED, sae.input());
            assertEquals(48, sae.dSae());
            assertEquals("blocks.3.hook_resid_post", sae.metadata().hookName().orElseThrow());
            JsonNode kept = sae.metadata().get("sparsify").orElseThrow();
            assertEquals(Json.read(SPARSIFY.resolve("cfg.json")), kept);
            assertEquals(Transcoder.withSkip(TopK.of(6)), transcoder.architecture());
            assertEquals(InputOptions.PLAIN, transcoder.input());
            assertEquals(List.of("blocks.2.hook_mlp_out"), transcoder.metadata().hookNamesOut());
            // The input of the feed-forward layer follows the weight of a norm, where there is no hook point.
            assertEquals(List.of(), transcoder.metadata().hookNames());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "layers.3, blocks.3.hook_resid_post",
        "model.layers.3, blocks.3.hook_resid_post",
        "gpt_neox.layers.3, blocks.3.hook_resid_post",
        "h.1, blocks.1.hook_resid_post",
        "transformer.h.11, blocks.11.hook_resid_post",
        "layers.2.attention, blocks.2.hook_attn_out",
        "model.layers.2.self_attn, blocks.2.hook_attn_out",
        "h.0.attn, blocks.0.hook_attn_out",
        "layers.2.mlp, blocks.2.hook_mlp_out"
    })
    void namesTheSiteOfTheModuleThatASparsifyFolderIsNamedAfter(String module, String site) throws IOException {
        Path named = Files.createDirectory(folder.resolve(module));
        for (String file : List.of("cfg.json", "sae.safetensors")) {
            Files.copy(SPARSIFY.resolve(file), named.resolve(file));
        }
        try (SparseAutoencoder sae = SparseAutoencoder.load(named)) {
            assertEquals(site, sae.metadata().requiredHookName());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            activation       | "groupmax" | cfg.json: activation is "groupmax", expected topk
            signed           | true       | cfg.json: signed is true, expected false, because negative codes are not supported
            transcode        | false      | cfg.json: transcode is false, expected true, because DIR/sae.safetensors contains the skip connection of a transcoder
            k                | 0          | cfg.json: k is 0, expected at least 1
            k                | 41         | cfg.json: k is 41, expected at most the 40 latents
            num_latents      | 39         | sae.safetensors: tensor encoder.weight has shape (40, 12), expected (39, 12) (d_in and num_latents in cfg.json, and b_dec)
            d_in             | null       | cfg.json has no d_in, expected an integer
            num_latents      | null       | sae.safetensors: tensor encoder.weight has shape (40, 12), expected (384, 12) (d_in and num_latents in cfg.json, and b_dec)
            """)
    void reportsInvalidSparsifyConfigurationByField(String field, String value, String message) throws IOException {
        ObjectNode cfg = (ObjectNode) Json.read(SPARSIFY_TRANSCODER.resolve("cfg.json"));
        cfg.set(field, Json.mapper().readTree(value));
        Files.writeString(folder.resolve("cfg.json"), cfg.toString());
        Files.copy(SPARSIFY_TRANSCODER.resolve("sae.safetensors"), folder.resolve("sae.safetensors"));
        assertEquals(folder + "/" + message.replace("DIR", folder.toString()), refused(folder));
    }

    @Test
    void reportsAnUnexpectedSparsifyTensorByName() throws IOException {
        Files.copy(SPARSIFY.resolve("cfg.json"), folder.resolve("cfg.json"));
        Path weights = folder.resolve("sae.safetensors");
        try (NDManager manager = Dictionaries.manager();
                Safetensors file = Safetensors.open(SPARSIFY.resolve("sae.safetensors"))) {
            Map<String, NDArray> tensors = new HashMap<>();
            file.names().forEach(name -> tensors.put(name, file.load(manager, name)));
            tensors.put("post_enc", tensors.get("b_dec"));
            Safetensors.write(weights, tensors, Map.of());
        }
        assertEquals(weights + " contains a tensor post_enc, which sparsify dictionaries do not have", refused(folder));
    }

    @Test
    void loadsGemmaScopeFromTheFileItself() throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(GEMMA_SCOPE.resolve("params.npz"))) {
            assertEquals(new JumpRelu(), sae.architecture());
            assertEquals(InputOptions.PLAIN, sae.input());
            assertEquals(10, sae.dIn());
            assertEquals(48, sae.dSae());
            assertTrue(sae.metadata().hookName().isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gemma-scope-2b-pt-res/layer_20/width_16k, google/gemma-2-2b, blocks.20.hook_resid_post, jumprelu, false",
        "gemma-scope-9b-it-res/layer_9/width_16k, google/gemma-2-9b-it, blocks.9.hook_resid_post, jumprelu, false",
        "gemma-scope-2b-pt-mlp/layer_0/width_16k, google/gemma-2-2b, blocks.0.hook_mlp_out, jumprelu, false",
        "gemma-scope-2b-pt-att/layer_3/width_16k, google/gemma-2-2b, blocks.3.attn.hook_z, jumprelu, true",
        "gemma-scope-2b-pt-transcoders/layer_3/x, google/gemma-2-2b, blocks.3.ln2.hook_normalized, jumprelu_transcoder, false"
    })
    void derivesModelAndSiteOfGemmaScopeFromThePath(String path, String model, String hook, String id, boolean joins)
            throws IOException {
        Path file = Files.createDirectories(folder.resolve(path)).resolve("params.npz");
        Files.copy(GEMMA_SCOPE.resolve("params.npz"), file);
        try (SparseAutoencoder sae = SparseAutoencoder.load(file.getParent())) {
            assertEquals(model, sae.metadata().modelName().orElseThrow());
            assertEquals(hook, sae.metadata().hookName().orElseThrow());
            assertEquals(id, sae.architecture().id());
            assertEquals(joins, sae.input().joinHeads());
            boolean transcodes = path.contains("transcoders");
            assertEquals(
                    transcodes ? List.of("blocks.3.hook_mlp_out") : List.of(),
                    sae.metadata().hookNamesOut());
        }
    }

    @Test
    void refusesPathsWithoutADictionary() throws IOException {
        assertEquals(
                folder
                        + " contains no dictionary, expected cfg.json with sae_weights.safetensors or sae.safetensors, or"
                        + " params.npz",
                refused(folder));
        Path text = Files.writeString(folder.resolve("sae.txt"), "");
        assertEquals(text + " is a file, expected a dictionary folder or params.npz", refused(text));
        assertThrows(NoSuchFileException.class, () -> SparseAutoencoder.load(folder.resolve("absent")));
        Path arrays = Path.of("src/test/resources/dev/assay/checkpoint/arrays.npz");
        assertEquals(arrays + " has no array W_enc", refused(arrays));
    }

    /** The pickle would create a file when loaded. */
    @Test
    void refusesPicklesWithoutLoadingThem() throws IOException {
        Path pickle = folder.resolve("ae.pt");
        Path trace = folder.resolve("trace");
        Files.writeString(pickle, "cos\nsystem\n(S'touch " + trace + "'\ntR.");
        Files.writeString(folder.resolve("config.json"), "{}");
        byte[] before = Files.readAllBytes(pickle);
        assertEquals(
                pickle
                        + " is a pickle, which is not loaded because unpickling can run arbitrary code; convert its folder with"
                        + " scripts/convert_dictionary_learning.py",
                refused(folder));
        assertArrayEquals(before, Files.readAllBytes(pickle));
        assertFalse(Files.exists(trace));
        assertTrue(Files.exists(Path.of("scripts/convert_dictionary_learning.py")));
    }

    private static String refused(Path path) {
        return assertThrows(InvalidInputException.class, () -> SparseAutoencoder.load(path))
                .getMessage();
    }
}
