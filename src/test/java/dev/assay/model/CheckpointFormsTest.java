package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.checkpoint.ComparisonReport;
import dev.assay.checkpoint.Safetensors;
import dev.assay.model.config.RotaryScaling;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.TorchEngine;
import dev.assay.verify.ModelVerification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One model in several forms of files. */
@Tag("slow")
class CheckpointFormsTest {
    private static final String BRAIN_FLOATS = "llama_sharded_bf16";
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String UNEMBEDDING = "lm_head.weight";

    @TempDir
    Path folder;

    static Stream<String> names() {
        return Fixtures.NAMES.stream();
    }

    static Stream<TransformerConfig> configurations() {
        return Stream.of(
                        TransformerConfig.llama().rotaryScaling(new RotaryScaling.Llama3(8, 1, 4, 32)),
                        TransformerConfig.llama().rotaryScaling(new RotaryScaling.Dynamic(2, 512)),
                        TransformerConfig.mistral().window(0),
                        TransformerConfig.qwen2().rotaryScaling(new RotaryScaling.Yarn(4, 16, 2, 1.1, 64, false)),
                        TransformerConfig.qwen3().dHead(24).keyValueHeads(2),
                        TransformerConfig.gemma2().dHead(20).window(3),
                        TransformerConfig.gemma3().rotaryScaling(new RotaryScaling.Linear(8)),
                        TransformerConfig.gptNeoX().rotary(1, 500),
                        TransformerConfig.gptNeoX().rotary(0.3, 500).parallel(false),
                        TransformerConfig.gpt2().scaledByDepth(true).attentionScale(1),
                        TransformerConfig.phi().rotary(1, 10_000).normalizedHeads(true))
                .map(builder ->
                        builder.vocabularySize(31).layers(2).dModel(32).heads(4).build());
    }

    private static void assertSameParameters(HookedTransformer expected, HookedTransformer found) {
        assertEquals(expected.parameters().keySet(), found.parameters().keySet());
        found.parameters()
                .forEach((name, parameter) -> assertArrayEquals(
                        expected.parameters().get(name).toFloatArray(), parameter.toFloatArray(), name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void savedModelLoadsEqual(String name) throws IOException {
        try (HookedTransformer model = Fixtures.load(name)) {
            assertLoadsEqual(model);
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void savedConfigurationLoadsEqual(TransformerConfig config) throws IOException {
        try (HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu())) {
            assertLoadsEqual(model);
        }
    }

    private void assertLoadsEqual(HookedTransformer model) throws IOException {
        model.save(folder.resolve("saved"));
        try (HookedTransformer loaded = HookedTransformer.load(folder.resolve("saved"))) {
            assertEquals(model.config(), loaded.config());
            assertSameParameters(model, loaded);
        }
    }

    @Test
    void loadsShardedBfloat16CheckpointAsOneModel() throws IOException {
        try (HookedTransformer model = Fixtures.load(BRAIN_FLOATS)) {
            float[] found = model.parameters().get(Parameters.EMBED).toFloatArray();
            assertArrayEquals(widenedByHand(EMBEDDING), found);
            model.parameters().forEach((name, parameter) -> {
                for (float value : parameter.toFloatArray()) {
                    assertEquals(0, Float.floatToRawIntBits(value) & 0xFFFF, name);
                }
            });
            model.save(folder);
        }
        assertTrue(Files.exists(folder.resolve("model.safetensors")));
        try (HookedTransformer shards = Fixtures.load(BRAIN_FLOATS);
                HookedTransformer oneFile = HookedTransformer.load(folder)) {
            assertSameParameters(shards, oneFile);
            ComparisonReport report = ModelVerification.compare(oneFile, Fixtures.expected(BRAIN_FLOATS), 1e-4);
            assertTrue(report.passed(), report::toText);
        }
    }

    /** Reads a tensor out of its shard without any code of Assay's: each number is the upper half of a float. */
    private static float[] widenedByHand(String tensor) throws IOException {
        Path shards = Fixtures.folder(BRAIN_FLOATS);
        ObjectMapper mapper = new ObjectMapper();
        JsonNode index =
                mapper.readTree(shards.resolve("model.safetensors.index.json").toFile());
        String shard = index.get("weight_map").get(tensor).asText();
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(shards.resolve(shard))).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong();
        JsonNode entry = mapper.readTree(new String(bytes.array(), 8, header, StandardCharsets.UTF_8))
                .get(tensor);
        assertEquals("BF16", entry.get("dtype").asText());
        int from = 8 + header + entry.get("data_offsets").get(0).asInt();
        int to = 8 + header + entry.get("data_offsets").get(1).asInt();
        float[] values = new float[(to - from) / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bytes.getShort(from + 2 * i) << 16);
        }
        return values;
    }

    /** Rewrites the weights and the configuration of a copied fixture. */
    private void rewrite(String fixture, BiConsumer<Map<String, NDArray>, ObjectNode> change) throws IOException {
        Fixtures.copy(fixture, folder, false);
        ObjectMapper mapper = new ObjectMapper();
        Path config = folder.resolve("config.json");
        ObjectNode json = (ObjectNode) mapper.readTree(config.toFile());
        Path weights = folder.resolve("model.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            try (Safetensors file = Safetensors.open(weights)) {
                file.names()
                        .forEach(name ->
                                tensors.put(name, file.load(manager, name).duplicate()));
            }
            change.accept(tensors, json);
            Safetensors.write(weights, tensors, Map.of());
        }
        mapper.writeValue(config.toFile(), json);
    }

    @Test
    void differentMatricesAreNotTied() throws IOException {
        rewrite(
                "qwen2",
                (tensors, config) ->
                        tensors.put(UNEMBEDDING, tensors.get(EMBEDDING).add(1)));
        try (HookedTransformer model = HookedTransformer.load(folder)) {
            assertFalse(model.config().tied());
        }
    }

    @Test
    void equalMatricesStayTied() throws IOException {
        rewrite(
                "qwen2",
                (tensors, config) ->
                        tensors.put(UNEMBEDDING, tensors.get(EMBEDDING).duplicate()));
        try (HookedTransformer model = HookedTransformer.load(folder)) {
            assertTrue(model.config().tied());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"language_model.model.", "model.language_model."})
    void loadsTheTextModelOfMultimodalGemma(String prefix) throws IOException {
        rewrite("gemma3_text", (tensors, config) -> {
            Map<String, NDArray> renamed = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> renamed.put(name.replaceFirst("^model\\.", prefix), tensor));
            tensors.clear();
            tensors.putAll(renamed);
            ObjectNode text = config.deepCopy();
            config.removeAll();
            config.put("model_type", "gemma3").set("text_config", text);
        });
        try (HookedTransformer model = HookedTransformer.load(folder)) {
            ComparisonReport report = ModelVerification.compare(model, Fixtures.expected("gemma3_text"), 1e-4);
            assertTrue(report.passed(), report::toText);
        }
    }

    @Test
    void loadsTensorNamesWithoutPrefix() throws IOException {
        rewrite("qwen2", (tensors, config) -> {
            Map<String, NDArray> renamed = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> renamed.put(name.replaceFirst("^model\\.", ""), tensor));
            tensors.clear();
            tensors.putAll(renamed);
        });
        try (HookedTransformer bare = HookedTransformer.load(folder);
                HookedTransformer model = Fixtures.load("qwen2")) {
            assertSameParameters(model, bare);
        }
    }
}
