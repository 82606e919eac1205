package dev.assay.sae;

import static dev.assay.sae.Dictionaries.fixture;
import static dev.assay.sae.Dictionaries.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SaelensFolderTest {
    @TempDir
    private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Dictionaries.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static List<Path> nested() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (Path fixture : Dictionaries.fixtures()) {
            if (!fixture.getFileName().toString().startsWith("legacy")) {
                folders.add(fixture);
            }
            if (Files.exists(fixture.resolve("training_checkpoint"))) {
                folders.add(fixture.resolve("training_checkpoint"));
            }
        }
        return folders;
    }

    @ParameterizedTest
    @MethodSource("nested")
    void savesASaelensFolderUnchanged(Path saelens) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(saelens)) {
            sae.save(folder);
        }
        assertEquals(Json.read(saelens.resolve("cfg.json")), Json.read(folder.resolve("cfg.json")));
        assertSameTensors(saelens.resolve("sae_weights.safetensors"), folder.resolve("sae_weights.safetensors"));
    }

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#architectures")
    void roundTripsEveryArchitectureBitForBit(Architecture architecture) throws IOException {
        NDArray density = manager.create(new float[] {0, 0.1f, 1, 0, 0.5f, 0, 0, 1});
        Path again = folder.resolve("again");
        try (SparseAutoencoder sae =
                random(manager, 3, 8, architecture).density(density).build()) {
            sae.save(folder.resolve("first"));
        }
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder.resolve("first"))) {
            assertEquals(architecture, sae.architecture());
            assertEquals(architecture.reconstructsInput(), sae.input().subtractDecoderBias());
            assertEquals(architecture.reconstructsInput() ? 3 : 6, sae.dOut());
            sae.save(again);
        }
        assertEquals(Json.read(folder.resolve("first/cfg.json")), Json.read(again.resolve("cfg.json")));
        for (String file : List.of("sae_weights.safetensors", "sparsity.safetensors")) {
            assertSameTensors(folder.resolve("first").resolve(file), again.resolve(file));
        }
    }

    private void assertSameTensors(Path before, Path after) throws IOException {
        try (Safetensors first = Safetensors.open(before);
                Safetensors second = Safetensors.open(after)) {
            assertEquals(first.names(), second.names());
            for (String tensor : first.names()) {
                assertEquals(first.info(tensor).type(), second.info(tensor).type(), tensor);
                assertEquals(first.load(manager, tensor), second.load(manager, tensor), tensor);
            }
        }
    }

    @Test
    void preservesTheThresholdOfATrainingCheckpointExactly() throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(fixture("batchtopk/training_checkpoint"))) {
            BatchTopK architecture = (BatchTopK) sae.architecture();
            assertEquals(6.5, architecture.k());
            sae.save(folder);
            try (SparseAutoencoder again = SparseAutoencoder.load(folder)) {
                assertEquals(architecture, again.architecture());
            }
        }
    }

    @Test
    void infersTheArchitectureOfEarlyConfigurations() throws IOException {
        try (SparseAutoencoder standard = SparseAutoencoder.load(fixture("legacy_v2_standard"));
                SparseAutoencoder jumps = SparseAutoencoder.load(fixture("legacy_v5_jumprelu"))) {
            assertEquals(new Standard(), standard.architecture());
            assertEquals(
                    "blocks.1.hook_resid_pre", standard.metadata().hookName().orElseThrow());
            assertEquals(new JumpRelu(), jumps.architecture());
            assertFalse(jumps.input().subtractDecoderBias());
        }
    }

    @Test
    void savesAFlatConfigurationInTheNestedLayout() throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(fixture("legacy_v3_topk"))) {
            assertEquals(TopK.of(7), sae.architecture());
            assertEquals("blocks.1.hook_mlp_out", sae.metadata().hookName().orElseThrow());
            assertEquals(64, sae.metadata().contextSize().orElseThrow());
            sae.save(folder);
        }
        JsonNode cfg = Json.read(folder.resolve("cfg.json"));
        assertEquals("topk", cfg.path("architecture").textValue());
        assertEquals("6.18.0", cfg.path("metadata").path("sae_lens_version").textValue());
        assertEquals("tiny", cfg.path("metadata").path("model_name").textValue());
        assertFalse(cfg.has("model_name"));
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            assertEquals(TopK.of(7), sae.architecture());
        }
    }

    @Test
    void refusesMetadataThatIsNotAnObject() throws IOException {
        copy("topk", cfg -> cfg.put("metadata", "text"));
        String message = assertThrows(InvalidInputException.class, () -> SparseAutoencoder.load(folder))
                .getMessage();
        assertTrue(message.endsWith("metadata is \"text\", expected an object"), message);
    }

    @Test
    void preservesUnknownFields() throws IOException {
        copy("topk", cfg -> {
            cfg.put("colour", "red");
            cfg.withObjectProperty("metadata").putArray("tags").add(1).add(2);
        });
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            assertEquals("[1,2]", sae.metadata().get("tags").orElseThrow().toString());
            sae.save(folder.resolve("again"));
        }
        assertEquals(Json.read(folder.resolve("cfg.json")), Json.read(folder.resolve("again/cfg.json")));
    }

    /** SAELens joins heads at hook_z only, and refuses the option at every other site. */
    @ParameterizedTest
    @CsvSource({
        "blocks.2.attn.hook_z, , hook_z, true",
        "blocks.2.attn.hook_z, 1, none, false",
        "blocks.2.attn.hook_q, , none, true",
        "blocks.0.attn.hook_v, , none, true",
        "blocks.0.attn.hook_rot_k, , none, true",
        "blocks.2.attn.hook_pattern, , none, false",
        "blocks.2.hook_resid_post, , none, false"
    })
    void joinsHeadsOfSitesThatHaveThem(String site, Integer head, String reshape, boolean joins) throws IOException {
        SaeMetadata metadata = SaeMetadata.builder()
                .hookName(site)
                .put("hook_head_index", head)
                .build();
        try (SparseAutoencoder sae =
                random(manager, 6, 4, TopK.of(2)).metadata(metadata).build()) {
            assertEquals(joins, sae.input().joinHeads());
            sae.save(folder);
        }
        assertEquals(
                reshape,
                Json.read(folder.resolve("cfg.json"))
                        .path("reshape_activations")
                        .textValue());
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            assertEquals(joins, sae.input().joinHeads());
            if (joins) {
                NDArray heads = manager.ones(new Shape(5, 2, 3));
                assertArrayEquals(
                        sae.reconstruct(heads.reshape(5, 6)).toFloatArray(),
                        sae.reconstruct(heads).toFloatArray());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"start_pos_offset": 2}                        | 2345
            {"end_pos_offset": 3}                          | 012
            {"start_pos_offset": 1, "end_pos_offset": 1}   | 1234
            {"start_pos_offset": 0, "end_pos_offset": 0}   | 012345
            {"seqpos_slice": [null, 2]}                    | 01
            """)
    void readsPositionsOfTheFlatLayout(String fields, String expected) throws IOException {
        try (SparseAutoencoder sae = random(manager, 3, 4, new Standard()).build()) {
            sae.save(folder);
        }
        ObjectNode cfg = (ObjectNode) Json.read(folder.resolve("cfg.json"));
        cfg.remove("metadata");
        cfg.setAll((ObjectNode) Json.mapper().readTree(fields));
        Files.writeString(folder.resolve("cfg.json"), cfg.toString());
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            for (int i = 0; i < 6; i++) {
                assertEquals(
                        expected.contains("" + i), sae.metadata().positions().includes(i, 6), "position " + i);
            }
        }
    }

    @Test
    void refusesAnUnknownActivationFunctionOfTheFlatLayout() throws IOException {
        try (SparseAutoencoder sae = random(manager, 3, 4, new Standard()).build()) {
            sae.save(folder);
        }
        ObjectNode cfg = (ObjectNode) Json.read(folder.resolve("cfg.json"));
        cfg.remove("metadata");
        cfg.put("activation_fn_str", "tanh-relu");
        Files.writeString(folder.resolve("cfg.json"), cfg.toString());
        String message = assertThrows(InvalidInputException.class, () -> SparseAutoencoder.load(folder))
                .getMessage();
        assertEquals(folder.resolve("cfg.json") + ": activation_fn is \"tanh-relu\", expected relu or topk", message);
    }

    @Test
    void foldsTheScaleOfTrainingThatTheMetadataName() throws IOException {
        SaeMetadata metadata =
                SaeMetadata.builder().put("norm_scaling_factor", 0.25).build();
        InputOptions scaled = new InputOptions(ActivationNormalization.EXPECTED_AVERAGE_ONLY_IN, true, false);
        try (NDManager owner = manager.newSubManager();
                SparseAutoencoder sae = random(owner, 3, 4, new Standard())
                        .input(scaled)
                        .metadata(metadata)
                        .build();
                SparseAutoencoder folded = sae.foldActivationNorm(0.25)) {
            sae.save(folder);
            try (SparseAutoencoder loaded = SparseAutoencoder.load(folder)) {
                assertEquals(ActivationNormalization.NONE, loaded.input().normalization());
                assertArrayEquals(
                        folded.encoder().toFloatArray(), loaded.encoder().toFloatArray());
                assertArrayEquals(
                        folded.decoderBias().toFloatArray(),
                        loaded.decoderBias().toFloatArray());
            }
        }
    }

    @Test
    void refusesAnUnknownTensorInTheFileOfDensities() throws IOException {
        try (SparseAutoencoder sae = random(manager, 3, 4, new Standard()).build()) {
            sae.save(folder);
        }
        Path densities = folder.resolve("sparsity.safetensors");
        Safetensors.write(
                densities,
                Map.of("sparsity", manager.zeros(new Shape(4)), "scale", manager.ones(new Shape(4))),
                Map.of());
        String message = assertThrows(InvalidInputException.class, () -> SparseAutoencoder.load(folder))
                .getMessage();
        assertEquals(densities + " contains a tensor scale, expected only sparsity", message);
    }

    @Test
    void roundTripsMetadataInputOptionsAndDensities() throws IOException {
        SaeMetadata metadata = SaeMetadata.builder()
                .modelName("assay/stories")
                .hookName("blocks.2.hook_resid_post")
                .datasetPath("stories")
                .contextSize(128)
                .prependBos(false)
                .put("seed", 7)
                .build();
        NDArray density = manager.create(new float[] {0, 1e-6f, 0.25f, 1});
        try (SparseAutoencoder sae = random(manager, 3, 4, new TopK(2, true))
                .input(new InputOptions(ActivationNormalization.LAYER_NORM, false, true))
                .metadata(metadata)
                .density(density)
                .build()) {
            sae.save(folder);
        }
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            assertEquals(new TopK(2, true), sae.architecture());
            assertEquals(new InputOptions(ActivationNormalization.LAYER_NORM, false, true), sae.input());
            assertEquals("assay/stories", sae.metadata().modelName().orElseThrow());
            assertEquals("stories", sae.metadata().datasetPath().orElseThrow());
            assertEquals(7, sae.metadata().get("seed").orElseThrow().intValue());
            assertFalse(sae.metadata().prependBos());
            float[] loaded = sae.density().orElseThrow().toFloatArray();
            for (int i = 0; i < loaded.length; i++) {
                float expected = density.toFloatArray()[i];
                assertEquals(expected, loaded[i], expected * 1e-4 + 1e-14);
            }
        }
        try (Safetensors sparsity = Safetensors.open(folder.resolve("sparsity.safetensors"))) {
            assertArrayEquals(
                    new float[] {-10, -6, -0.602f, 0},
                    sparsity.load(manager, "sparsity").toFloatArray(),
                    1e-3f);
        }
        // The next dictionary in this folder has no densities and must not inherit them.
        try (SparseAutoencoder sae = random(manager, 3, 4, TopK.of(1)).build()) {
            sae.save(folder);
        }
        assertFalse(Files.exists(folder.resolve("sparsity.safetensors")));
    }

    @Test
    void refusesToSaveIntoAFolderWithUnrelatedFiles() throws IOException {
        Files.writeString(folder.resolve("thesis.tex"), "");
        try (SparseAutoencoder sae = random(manager, 3, 4, TopK.of(1)).build()) {
            assertEquals(
                    folder + " contains thesis.tex, expected a new or empty folder, or a dictionary folder",
                    refused(() -> sae.save(folder)));
            Path file = folder.resolve("thesis.tex");
            assertEquals(file + " is a file, expected a folder for the dictionary", refused(() -> sae.save(file)));
            SaelensFolder.write(sae, folder, Set.of("thesis.tex"));
            sae.save(folder); // allowed: the folder contains a dictionary
            assertTrue(Files.exists(file));
        }
    }

    @Test
    void failedSaveLeavesNoFolder() throws IOException {
        Path target = folder.resolve("sae");
        SaeMetadata unwritable =
                SaeMetadata.builder().put("x", Json.mapper().createObjectNode()).build();
        SparseAutoencoder sae =
                random(manager, 3, 4, TopK.of(1)).metadata(unwritable).build();
        sae.close(); // closes the arrays, so that writing fails
        assertThrows(RuntimeException.class, () -> sae.save(target));
        assertFalse(Files.exists(target));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            k                     | 65        | cfg.json: k is 65, expected at most d_sae, which is 64
            k                     | 0         | cfg.json: k is 0, expected at least 1
            k                     | null      | cfg.json has no k, expected an integer
            k                     | "8"       | cfg.json: k is "8", expected an integer
            d_in                  | -1        | cfg.json: d_in is -1, expected at least 1
            d_in                  | 15        | sae_weights.safetensors: tensor W_enc has shape (16, 64), expected (15, 64) (d_in and d_sae in cfg.json)
            architecture          | "kan"     | cfg.json: architecture is "kan", expected one of batchtopk, gated, gated_skip_transcoder, gated_transcoder, jumprelu, jumprelu_skip_transcoder, jumprelu_transcoder, matryoshka_batchtopk, skip_transcoder, standard, topk, topk_skip_transcoder, topk_transcoder, transcoder
            architecture          | "gated"   | sae_weights.safetensors has no tensor b_mag
            architecture          | "jumprelu"  | sae_weights.safetensors has no tensor threshold
            architecture          | "batchtopk" | sae_weights.safetensors has no tensor topk_threshold
            architecture          | "transcoder" | cfg.json has no d_out, expected an integer
            normalize_activations | "batch"   | cfg.json: normalize_activations is "batch", expected one of none, expected_average_only_in, layer_norm, constant_norm_rescale
            reshape_activations   | "hook_q"  | cfg.json: reshape_activations is "hook_q", expected none or hook_z
            """)
    void reportsInvalidConfigurationByField(String field, String value, String message) throws IOException {
        JsonNode node = Json.mapper().readTree(value);
        copy("topk", cfg -> cfg.set(field, node));
        assertEquals(folder + "/" + message, refused(() -> SparseAutoencoder.load(folder)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            transcoder          | d_out                | 11   | sae_weights.safetensors: tensor W_dec has shape (64, 12), expected (64, 11) (d_in, d_sae and d_out in cfg.json)
            skip_transcoder     | d_out                | 0    | cfg.json: d_out is 0, expected at least 1
            skip_transcoder     | architecture         | "transcoder" | sae_weights.safetensors contains a tensor W_skip, which the architecture transcoder does not have
            jumprelu_transcoder | apply_b_dec_to_input | true | cfg.json: apply_b_dec_to_input is true, expected false, because the decoder bias of a transcoder belongs to its output
            jumprelu            | architecture         | "standard" | sae_weights.safetensors contains a tensor threshold, which the architecture standard does not have
            """)
    void reportsInvalidConfigurationOfOtherArchitectures(String name, String field, String value, String message)
            throws IOException {
        JsonNode node = Json.mapper().readTree(value);
        copy(name, cfg -> cfg.set(field, node));
        assertEquals(folder + "/" + message, refused(() -> SparseAutoencoder.load(folder)));
    }

    @Test
    void reportsInvalidWeightsByTensor() throws IOException {
        copy("topk", cfg -> {});
        Path weights = folder.resolve("sae_weights.safetensors");
        Map<String, NDArray> tensors = new HashMap<>();
        try (Safetensors file = Safetensors.open(weights)) {
            file.names().forEach(name -> tensors.put(name, file.load(manager, name)));
        }
        tensors.put("scaling_factor", manager.ones(tensors.get("b_enc").getShape()));
        Safetensors.write(weights, tensors, Map.of());
        SparseAutoencoder.load(folder).close(); // a factor of 1 has no effect
        tensors.put("scaling_factor", tensors.get("b_enc"));
        Safetensors.write(weights, tensors, Map.of());
        assertEquals(
                weights + " contains a tensor scaling_factor, which the architecture topk does not have",
                refused(() -> SparseAutoencoder.load(folder)));
        tensors.remove("scaling_factor");
        tensors.remove("b_dec");
        Safetensors.write(weights, tensors, Map.of());
        assertEquals(weights + " has no tensor b_dec", refused(() -> SparseAutoencoder.load(folder)));
        Files.delete(folder.resolve("cfg.json"));
        assertThrows(NoSuchFileException.class, () -> SparseAutoencoder.load(folder));
    }

    private void copy(String name, Consumer<ObjectNode> change) throws IOException {
        ObjectNode cfg = (ObjectNode) Json.read(fixture(name).resolve("cfg.json"));
        change.accept(cfg);
        Files.writeString(folder.resolve("cfg.json"), cfg.toString());
        Files.copy(fixture(name).resolve("sae_weights.safetensors"), folder.resolve("sae_weights.safetensors"));
    }

    private static String refused(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InvalidInputException.class, action).getMessage();
    }
}
