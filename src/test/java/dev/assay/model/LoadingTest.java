package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadingTest {
    private static final String UP = "gpt_neox.layers.1.mlp.dense_h_to_4h.weight";

    @TempDir
    Path folder;

    private void refused(String message) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, () -> HookedTransformer.load(folder));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    private void editConfig(String found, String replacement) throws IOException {
        editConfig("gpt_neox", found, replacement);
    }

    private void editConfig(String fixture, String found, String replacement) throws IOException {
        Fixtures.copy(fixture, folder, false);
        Path config = folder.resolve("config.json");
        String text = Files.readString(config);
        assertTrue(text.contains(found), text);
        Files.writeString(config, text.replace(found, replacement));
    }

    private void editWeights(Shape up) throws IOException {
        Fixtures.copy("gpt_neox", folder, false);
        Path file = folder.resolve("model.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            try (Safetensors weights = Safetensors.open(file)) {
                weights.names().forEach(name -> tensors.put(name, weights.load(manager, name)));
            }
            tensors.remove(UP);
            if (up != null) {
                tensors.put(UP, manager.zeros(up));
            }
            Safetensors.write(file, tensors, Map.of());
        }
    }

    @Test
    void rejectsAnUnknownModelTypeByName() throws IOException {
        editConfig("\"gpt_neox\"", "\"mamba\"");
        refused("config.json: model_type is \"mamba\", expected one of gpt_neox, gpt2, llama, mistral, qwen2, qwen3,");
    }

    @Test
    void rejectsAWeightOfAnotherShapeByName() throws IOException {
        editWeights(new Shape(96, 47));
        refused("layer 1: " + UP + " has shape [96, 47], expected [96, 48]");
    }

    @Test
    void rejectsAMissingWeightByName() throws IOException {
        editWeights(null);
        refused("has no tensor " + UP + ", expected one of shape [96, 48]");
    }

    @Test
    void rejectsUnsupportedSettings() throws IOException {
        editConfig("\"rope_type\": \"default\"", "\"rope_type\": \"longrope\"");
        refused("rope_parameters.rope_type is \"longrope\", expected one of default, linear, dynamic, llama3, yarn");
    }

    @Test
    void rejectsAnUnknownActivationFunctionByName() throws IOException {
        editConfig("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"mish\"");
        refused("hidden_act is \"mish\", expected one of gelu");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gemma2 | 'use_bidirectional_attention': null | 'use_bidirectional_attention': true | use_bidirectional_attention is true, expected false",
                "gemma2 | 'sliding_window': 5 | 'sliding_window': null | sliding_window is null, expected a number of tokens",
                "gemma2 | 'query_pre_attn_scalar': 10 | 'query_pre_attn_scalar': 0 | query_pre_attn_scalar is 0, expected a positive number",
                "gemma3_text | 'rope_parameters': { | 'rope_parameters': {'rope_theta': 3.0}, 'unused': { | rope_parameters is",
                "qwen2 | 'full_attention' | 'linear_attention' | layer_types is",
                "qwen2 | 'full_attention' | 'sliding_attention' | sliding_window is null, expected a number of tokens",
                "mistral | 'sliding_window': 6 | 'sliding_window': 6, 'layer_types': ['full_attention', 'full_attention', 'full_attention'] | layer_types is",
                "llama | 'rope_type': 'default' | 'rope_type': 'default', 'partial_rotary_factor': 0.5 | rotates whole heads",
                "llama | 'mlp_bias': false | 'quantization_config': {'bits': 4} | expected weights without quantization",
                "llama | 'num_key_value_heads': 2 | 'num_key_value_heads': 3 | num_key_value_heads is 3, expected a divisor of num_attention_heads, 4",
                "gpt2 | 'add_cross_attention': false | 'add_cross_attention': true | add_cross_attention is true, expected false",
                "phi | 'partial_rotary_factor': 0.5 | 'partial_rotary_factor': 1.5 | partial_rotary_factor is 1.5, expected the rotary share of a head"
            })
    void rejectsUnsupportedConfigurationFields(String fixture, String found, String replacement, String message)
            throws IOException {
        editConfig(fixture, found.replace('\'', '"'), replacement.replace('\'', '"'));
        refused(message);
    }

    @Test
    void rejectsInconsistentHeads() throws IOException {
        editConfig("\"num_attention_heads\": 3", "\"num_attention_heads\": 5");
        refused("num_attention_heads is 5, expected a divisor of hidden_size, 48");
    }

    @Test
    void rejectsImplausibleSizesBeforeAllocating() throws IOException {
        editConfig("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 1000000000");
        refused("num_hidden_layers is 1000000000, expected at most 1000, as the checkpoint has 40 tensors");
    }

    @Test
    void rejectsInconsistentNumbersByName() throws IOException {
        editConfig("\"partial_rotary_factor\": 0.25", "\"partial_rotary_factor\": 0.01");
        refused("config.json: rotary dimensions are 0, expected at least 1");
    }

    @Test
    void reportsAMissingTokenizerWhenTextIsEncoded() throws IOException {
        Fixtures.copy("gpt2_hub_keys", folder, false);
        try (HookedTransformer model = HookedTransformer.load(folder)) {
            InvalidInputException refused = assertThrows(InvalidInputException.class, model::tokenizer);
            assertTrue(refused.getMessage().contains("has no tokenizer.json"), refused.getMessage());
        }
    }

    @Test
    void rejectsAnUnknownEmbeddedModelByName() {
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> HookedTransformer.load("assay/nothing"));
        assertTrue(refused.getMessage().contains("there is no embedded model \"assay/nothing\""), refused.getMessage());
    }
}
