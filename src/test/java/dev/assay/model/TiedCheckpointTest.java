package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of tied models, which store the one matrix of embedding and unembedding under either name. */
class TiedCheckpointTest {
    @TempDir
    private Path folder;

    /** A family with the names of embedding and unembedding in its checkpoints. */
    private record Family(TransformerConfigBuilder config, String embedding, String unembedding) {
        TransformerConfig small() {
            return config.vocabularySize(23)
                    .layers(1)
                    .dModel(16)
                    .heads(2)
                    .tied(true)
                    .build();
        }
    }

    static Stream<Family> families() {
        String embedding = "model.embed_tokens.weight";
        String unembedding = "lm_head.weight";
        return Stream.concat(
                Stream.of(
                        new Family(TransformerConfig.gpt2(), "transformer.wte.weight", unembedding),
                        new Family(TransformerConfig.gptNeoX(), "gpt_neox.embed_in.weight", "embed_out.weight")),
                Stream.of(
                                TransformerConfig.llama(),
                                TransformerConfig.mistral(),
                                TransformerConfig.qwen2(),
                                TransformerConfig.qwen3(),
                                TransformerConfig.gemma2(),
                                TransformerConfig.gemma3(),
                                TransformerConfig.phi())
                        .map(config -> new Family(config, embedding, unembedding)));
    }

    @ParameterizedTest
    @MethodSource("families")
    void loadsEmbeddingStoredAsUnembedding(Family family) throws IOException {
        assertLoadsEqual(family, family.unembedding(), Map.of("format", "pt"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void loadsEmbeddingThatHeaderMapsToUnembedding(Family family) throws IOException {
        assertLoadsEqual(family, family.unembedding(), Map.of(family.embedding(), family.unembedding()));
    }

    @ParameterizedTest
    @MethodSource("families")
    void loadsUnembeddingThatHeaderMapsToEmbedding(Family family) throws IOException {
        assertLoadsEqual(family, family.embedding(), Map.of(family.unembedding(), family.embedding()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lm_head.weight", "language_model.lm_head.weight"})
    void loadsTextModelOfMultimodalGemmaStoredAsUnembedding(String unembedding) throws IOException {
        Family gemma = new Family(TransformerConfig.gemma3(), "model.embed_tokens.weight", unembedding);
        try (HookedTransformer model = save(gemma, unembedding, Map.of())) {
            Path config = folder.resolve("config.json");
            JsonNode text = Json.mapper().readTree(config.toFile());
            ObjectNode multimodal = Json.mapper().createObjectNode().put("model_type", "gemma3");
            multimodal.set("text_config", text);
            Files.writeString(config, multimodal.toString());
            try (HookedTransformer loaded = HookedTransformer.load(folder)) {
                assertArrayEquals(
                        model.parameters().get("embed").toFloatArray(),
                        loaded.parameters().get("embed").toFloatArray());
            }
        }
    }

    /** The header proves that both are one matrix, whatever config.json says about it. */
    @ParameterizedTest
    @MethodSource("families")
    void loadsMappedUnembeddingOfUntiedConfiguration(Family family) throws IOException {
        save(family, family.embedding(), Map.of(family.unembedding(), family.embedding()))
                .close();
        setTied(false);
        try (HookedTransformer loaded = HookedTransformer.load(folder)) {
            assertArrayEquals(
                    loaded.parameters().get("embed").toFloatArray(),
                    loaded.parameters().get("unembed").toFloatArray());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void refusesUntiedCheckpointWithoutEmbedding(Family family) throws IOException {
        save(family, family.unembedding(), Map.of()).close();
        setTied(false);
        String message = assertThrows(InvalidInputException.class, () -> HookedTransformer.load(folder))
                .getMessage();
        String bare = family.embedding().replaceFirst("^(model|transformer)\\.", "");
        assertTrue(message.contains("has no tensor " + bare), message);
    }

    private void assertLoadsEqual(Family family, String stored, Map<String, String> metadata) throws IOException {
        try (HookedTransformer model = save(family, stored, metadata);
                HookedTransformer loaded = HookedTransformer.load(folder)) {
            assertTrue(loaded.config().tied());
            assertEquals(model.parameters().keySet(), loaded.parameters().keySet());
            loaded.parameters()
                    .forEach((name, parameter) -> assertArrayEquals(
                            model.parameters().get(name).toFloatArray(), parameter.toFloatArray(), name));
        }
    }

    /** Saves a random model with the matrix under the name {@code stored}, and returns it. */
    private HookedTransformer save(Family family, String stored, Map<String, String> metadata) throws IOException {
        HookedTransformer model = HookedTransformer.random(family.small(), 1, Device.cpu());
        model.save(folder);
        Path weights = folder.resolve("model.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            try (Safetensors file = Safetensors.open(weights)) {
                for (String name : List.copyOf(file.names())) {
                    String renamed = name.equals(family.embedding()) ? stored : name;
                    tensors.put(renamed, file.load(manager, name).duplicate());
                }
            }
            assertTrue(tensors.containsKey(stored), tensors.keySet()::toString);
            Safetensors.write(weights, tensors, metadata);
        }
        return model;
    }

    private void setTied(boolean tied) throws IOException {
        Path config = folder.resolve("config.json");
        String json = Files.readString(config);
        String changed = json.replaceFirst("(\"tie_word_embeddings\" : )\\w+", "$1" + tied);
        assertEquals(
                tied, Json.mapper().readTree(changed).get("tie_word_embeddings").booleanValue());
        Files.writeString(config, changed);
    }
}
