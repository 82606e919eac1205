package dev.assay.model.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the model family in {@code examples/} and loads it through its service file, like a jar on the class path. */
class ModelFamilyTest {
    private static final int VOCABULARY = 11;
    private static final int WIDTH = 16;
    private static final int HEADS = 2;
    private static final int HEAD_WIDTH = 8;
    private static final int NEURONS = 12;
    private static final int LAYERS = 2;
    private static final int[] TOKENS = {1, 5, 10, 7, 7, 3};

    @TempDir
    static Path classes;

    @TempDir
    Path folder;

    private static URLClassLoader examples;
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private final Map<String, double[]> weights = new LinkedHashMap<>();

    @BeforeAll
    static void compileExample() throws IOException {
        Path source = Path.of("examples/src/main/java/dev/assay/examples/family/StableLm.java");
        String classPath = Stream.of(ModelFamily.class, NDArray.class, ObjectNode.class, JsonFactory.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", classes.toString(), "-cp", classPath, source.toString());
        assertEquals(0, failed);
        URL resources = Path.of("examples/src/main/resources").toUri().toURL();
        examples = new URLClassLoader(
                new URL[] {classes.toUri().toURL(), resources}, ModelFamilyTest.class.getClassLoader());
    }

    @AfterAll
    static void closeLoader() throws IOException {
        examples.close();
    }

    @BeforeEach
    void writeCheckpoint() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            shapes.put("model.embed_tokens.weight", new Shape(VOCABULARY, WIDTH));
            for (int i = 0; i < LAYERS; i++) {
                String layer = "model.layers." + i + ".";
                for (String norm : new String[] {"input_layernorm", "post_attention_layernorm"}) {
                    shapes.put(layer + norm + ".weight", new Shape(WIDTH));
                    shapes.put(layer + norm + ".bias", new Shape(WIDTH));
                }
                shapes.put(layer + "self_attn.q_proj.weight", new Shape(HEADS * HEAD_WIDTH, WIDTH));
                shapes.put(layer + "self_attn.k_proj.weight", new Shape(HEAD_WIDTH, WIDTH));
                shapes.put(layer + "self_attn.v_proj.weight", new Shape(HEAD_WIDTH, WIDTH));
                shapes.put(layer + "self_attn.o_proj.weight", new Shape(WIDTH, HEADS * HEAD_WIDTH));
                shapes.put(layer + "mlp.gate_proj.weight", new Shape(NEURONS, WIDTH));
                shapes.put(layer + "mlp.up_proj.weight", new Shape(NEURONS, WIDTH));
                shapes.put(layer + "mlp.down_proj.weight", new Shape(WIDTH, NEURONS));
            }
            shapes.put("model.norm.weight", new Shape(WIDTH));
            shapes.put("model.norm.bias", new Shape(WIDTH));
            shapes.put("lm_head.weight", new Shape(VOCABULARY, WIDTH));
            shapes.forEach((name, shape) -> {
                float[] values = new float[(int) shape.size()];
                double[] exact = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (0.4 * random.nextGaussian());
                    exact[i] = values[i];
                }
                tensors.put(name, manager.create(values, shape));
                weights.put(name, exact);
            });
            try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
                Safetensors.writer(tensors, Map.of("format", "pt")).writeTo(out);
            }
        }
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "stablelm", "vocab_size": 11, "hidden_size": 16, "num_attention_heads": 2,
                 "num_key_value_heads": 1, "num_hidden_layers": 2, "intermediate_size": 12,
                 "max_position_embeddings": 32, "rope_theta": 10000, "partial_rotary_factor": 0.25}
                """);
    }

    @AfterEach
    void restoreLoader() {
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void registeredFamilyComputesTheLogitsOfAFloat64Reference() throws IOException {
        Thread.currentThread().setContextClassLoader(examples);
        try (HookedTransformer model = HookedTransformer.load(folder);
                Scope scope = Scope.open()) {
            assertEquals("stablelm", model.config().family());
            long[] ids = Arrays.stream(TOKENS).asLongStream().toArray();
            float[] found = model.forward(model.manager().create(ids, new Shape(1, ids.length)))
                    .toFloatArray();
            double[] expected = logits();
            assertEquals(expected.length, found.length);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], found[i], 1e-4, "logit " + i);
            }
        }
    }

    @Test
    void savedModelOfARegisteredFamilyLoadsWithTheSameWeights() throws IOException {
        Thread.currentThread().setContextClassLoader(examples);
        Path saved = folder.resolve("saved");
        try (HookedTransformer model = HookedTransformer.load(folder)) {
            model.save(saved);
            try (HookedTransformer loaded = HookedTransformer.load(saved)) {
                assertEquals(model.config(), loaded.config());
                assertEquals(model.parameters().keySet(), loaded.parameters().keySet());
                model.parameters()
                        .forEach((name, weight) -> assertArrayEquals(
                                weight.toFloatArray(),
                                loaded.parameters().get(name).toFloatArray(),
                                name));
            }
        }
    }

    @Test
    void unregisteredModelTypeIsRejectedWithTheKnownOnes() {
        InvalidInputException refused = assertThrows(InvalidInputException.class, () -> HookedTransformer.load(folder));
        assertTrue(refused.getMessage().contains("model_type is \"stablelm\", expected one of gpt_neox, gpt2, llama"));
    }

    @Test
    void nameInABlockNeedsThePlaceholderOfTheBlock() {
        WeightTable table = new WeightTable();
        assertThrows(IllegalArgumentException.class, () -> table.layer(WeightRole.LN1, "model.layers.0.norm"));
        assertThrows(IllegalArgumentException.class, () -> table.layer(WeightRole.EMBED, "model.{i}.embed"));
        assertTrue(table.entries().isEmpty());
    }

    /** Computes the logits in float64 from the definition of StableLM, [position · V]. */
    private double[] logits() {
        double[][] residual = new double[TOKENS.length][];
        for (int t = 0; t < TOKENS.length; t++) {
            residual[t] = Arrays.copyOfRange(
                    weights.get("model.embed_tokens.weight"), TOKENS[t] * WIDTH, (TOKENS[t] + 1) * WIDTH);
        }
        for (int i = 0; i < LAYERS; i++) {
            addAttention(residual, "model.layers." + i + ".");
            addFeedForward(residual, "model.layers." + i + ".");
        }
        double[] logits = new double[TOKENS.length * VOCABULARY];
        for (int t = 0; t < TOKENS.length; t++) {
            double[] row = linear("lm_head", norm("model.norm", residual[t]));
            System.arraycopy(row, 0, logits, t * VOCABULARY, VOCABULARY);
        }
        return logits;
    }

    private void addAttention(double[][] residual, String layer) {
        double[][] queries = new double[residual.length][];
        double[][] keys = new double[residual.length][];
        double[][] values = new double[residual.length][];
        for (int t = 0; t < residual.length; t++) {
            double[] x = norm(layer + "input_layernorm", residual[t]);
            queries[t] = rotated(linear(layer + "self_attn.q_proj", x), t);
            keys[t] = rotated(linear(layer + "self_attn.k_proj", x), t);
            values[t] = linear(layer + "self_attn.v_proj", x);
        }
        for (int t = 0; t < residual.length; t++) {
            double[] mixed = new double[HEADS * HEAD_WIDTH];
            for (int head = 0; head < HEADS; head++) {
                double[] pattern = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double score = 0;
                    for (int d = 0; d < HEAD_WIDTH; d++) {
                        score += queries[t][head * HEAD_WIDTH + d] * keys[s][d];
                    }
                    pattern[s] = Math.exp(score / Math.sqrt(HEAD_WIDTH));
                    sum += pattern[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int d = 0; d < HEAD_WIDTH; d++) {
                        mixed[head * HEAD_WIDTH + d] += pattern[s] / sum * values[s][d];
                    }
                }
            }
            add(residual[t], linear(layer + "self_attn.o_proj", mixed));
        }
    }

    private void addFeedForward(double[][] residual, String layer) {
        for (double[] row : residual) {
            double[] x = norm(layer + "post_attention_layernorm", row);
            double[] gate = linear(layer + "mlp.gate_proj", x);
            double[] neurons = linear(layer + "mlp.up_proj", x);
            for (int m = 0; m < NEURONS; m++) {
                neurons[m] *= gate[m] / (1 + Math.exp(-gate[m]));
            }
            add(row, linear(layer + "mlp.down_proj", neurons));
        }
    }

    /** Rotates the first quarter of each head, one pair of dimensions with frequency 1, by the position. */
    private static double[] rotated(double[] heads, int position) {
        double[] rotated = heads.clone();
        for (int at = 0; at < heads.length; at += HEAD_WIDTH) {
            rotated[at] = heads[at] * Math.cos(position) - heads[at + 1] * Math.sin(position);
            rotated[at + 1] = heads[at + 1] * Math.cos(position) + heads[at] * Math.sin(position);
        }
        return rotated;
    }

    private double[] norm(String name, double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double[] normalized = new double[x.length];
        for (int d = 0; d < x.length; d++) {
            normalized[d] = (x[d] - mean) / Math.sqrt(variance + 1e-5) * weights.get(name + ".weight")[d]
                    + weights.get(name + ".bias")[d];
        }
        return normalized;
    }

    private double[] linear(String name, double[] x) {
        double[] weight = weights.get(name + ".weight");
        double[] out = new double[weight.length / x.length];
        for (int o = 0; o < out.length; o++) {
            for (int d = 0; d < x.length; d++) {
                out[o] += weight[o * x.length + d] * x[d];
            }
        }
        return out;
    }

    private static void add(double[] sum, double[] update) {
        for (int d = 0; d < sum.length; d++) {
            sum[d] += update[d];
        }
    }
}
