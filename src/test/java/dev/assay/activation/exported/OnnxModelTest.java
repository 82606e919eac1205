package dev.assay.activation.exported;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.ClosedWhileRunning;
import dev.assay.InvalidInputException;
import dev.assay.activation.OnnxFile;
import dev.assay.tensor.MemoryUse;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class OnnxModelTest {
    private static final String RESIDUAL = "blocks.0.hook_resid_post";
    private static final int VOCABULARY = 11;
    private static final int EMBEDDING = 5;
    private static final int WIDTH = 3;
    private static final float[] TABLE = random(1, VOCABULARY * EMBEDDING);
    private static final float[] MATRIX = random(2, EMBEDDING * WIDTH);
    private static final float[] BIAS = random(3, WIDTH);
    private static final String[] TOKENS = {"batch", "position"};

    @TempDir
    private Path folder;

    private static float[] random(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return values;
    }

    /** An embedding, then a linear layer; the same in half precision. */
    private static OnnxFile linear() {
        return new OnnxFile()
                .weights("table", TABLE, VOCABULARY, EMBEDDING)
                .weights("matrix", MATRIX, EMBEDDING, WIDTH)
                .weights("bias", BIAS, WIDTH)
                .input("input_ids", OnnxFile.INT64, TOKENS)
                .node("Gather", "embedded", "table", "input_ids")
                .node("MatMul", "product", "embedded", "matrix")
                .node("Add", RESIDUAL, "product", "bias")
                .output(RESIDUAL, OnnxFile.FLOAT, "batch", "position", "3")
                .cast("half", RESIDUAL, OnnxFile.FLOAT16)
                .output("half", OnnxFile.FLOAT16, "batch", "position", "3");
    }

    private OnnxModel load(OnnxFile model) throws IOException {
        return OnnxModel.load(model.write(folder.resolve("model.onnx")));
    }

    /** The activations in double precision, row after row. */
    private static float[] expected(long[] ids) {
        float[] expected = new float[ids.length * WIDTH];
        for (int i = 0; i < expected.length; i++) {
            double sum = BIAS[i % WIDTH];
            for (int k = 0; k < EMBEDDING; k++) {
                sum += (double) TABLE[(int) ids[i / WIDTH] * EMBEDDING + k] * MATRIX[k * WIDTH + i % WIDTH];
            }
            expected[i] = (float) sum;
        }
        return expected;
    }

    @Test
    void callsOfAClosedModelEnd() throws Exception {
        ClosedWhileRunning.assertCallsEnd("the model .* is closed", () -> load(linear()), model -> {
            NDArray tokens = model.manager().zeros(new Shape(2, 5), DataType.INT64);
            model.run(tokens, null).values().forEach(NDArray::toFloatArray);
        });
    }

    @Test
    void activationsEqualTheGraphOutputs() throws IOException {
        try (OnnxModel model = load(linear());
                Scope scope = Scope.open()) {
            assertEquals(folder.resolve("model.onnx").toString(), model.name());
            assertEquals(Device.cpu(), model.device());
            assertEquals(List.of(RESIDUAL, "half"), model.names());
            assertEquals(WIDTH, model.width("half"));
            long[] ids = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
            for (Shape shape : List.of(new Shape(1, 10), new Shape(5, 2), new Shape(2, 5))) {
                Map<String, NDArray> found = model.run(model.manager().create(ids, shape), null);
                assertEquals(List.of(RESIDUAL, "half"), List.copyOf(found.keySet()));
                for (NDArray activation : found.values()) {
                    assertEquals(shape.add(WIDTH), activation.getShape());
                    assertEquals(DataType.FLOAT32, activation.getDataType());
                    assertEquals("PyTorch", activation.getManager().getEngine().getEngineName());
                }
                assertArrayEquals(expected(ids), found.get(RESIDUAL).toFloatArray(), 1e-6f);
                assertArrayEquals(expected(ids), found.get("half").toFloatArray(), 2e-3f);
            }
            NDArray tokens = model.manager().create(ids, new Shape(1, 10));
            assertEquals(
                    List.of("half"),
                    List.copyOf(model.run(List.of("half"), tokens, null).keySet()));
        }
    }

    @Test
    void passesMaskAndPositionsToTheGraph() throws IOException {
        OnnxFile file = new OnnxFile()
                .input("input_ids", OnnxFile.INT64, TOKENS)
                .input("attention_mask", OnnxFile.INT32, TOKENS)
                .input("position_ids", OnnxFile.INT64, TOKENS)
                .integer("last", -1);
        for (String input : List.of("input_ids", "attention_mask", "position_ids")) {
            file.cast(input + " as float", input, OnnxFile.FLOAT)
                    .node("Unsqueeze", "the " + input, input + " as float", "last")
                    .output("the " + input, OnnxFile.FLOAT, "batch", "position", "1");
        }
        try (OnnxModel model = load(file);
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[] {9, 8, 7, 6, 5, 4, 3, 2}, new Shape(2, 4));
            NDArray mask = model.manager().create(new long[] {0, 0, 1, 1, 1, 1, 1, 0}, new Shape(2, 4));
            Map<String, NDArray> padded = model.run(tokens, mask);
            assertNumbers(padded.get("the input_ids"), 9, 8, 7, 6, 5, 4, 3, 2);
            assertNumbers(padded.get("the attention_mask"), 0, 0, 1, 1, 1, 1, 1, 0);
            assertNumbers(padded.get("the position_ids"), 0, 0, 0, 1, 0, 1, 2, 2);
            Map<String, NDArray> whole = model.run(tokens, null);
            assertNumbers(whole.get("the attention_mask"), 1, 1, 1, 1, 1, 1, 1, 1);
            assertNumbers(whole.get("the position_ids"), 0, 1, 2, 3, 0, 1, 2, 3);
        }
        try (OnnxModel model = load(linear());
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[6], new Shape(2, 3));
            assertEquals(
                    model.name() + " has no input for a mask, expected an input attention_mask to run padded sequences",
                    refusal(() -> model.run(tokens, tokens.onesLike())));
        }
    }

    private static void assertNumbers(NDArray found, float... expected) {
        assertArrayEquals(expected, found.toFloatArray());
    }

    @Test
    void rejectsUnknownInputs() {
        OnnxFile cached = linear().input("past.0.key", OnnxFile.FLOAT, "batch", "heads", "past", "8")
                .node("Identity", "present.0.key", "past.0.key")
                .output("present.0.key", OnnxFile.FLOAT, "batch", "heads", "past", "8");
        assertRefused(
                cached,
                " has an input past.0.key of FLOAT, expected only integer inputs input_ids, attention_mask and position_ids");
        assertRefused(
                linear().input("segments", OnnxFile.INT64, TOKENS),
                " has an input segments of INT64, expected only integer inputs input_ids, attention_mask and position_ids");
        OnnxFile blind = new OnnxFile()
                .input("attention_mask", OnnxFile.INT64, TOKENS)
                .input("position_ids", OnnxFile.INT64, TOKENS)
                .node("Add", "x", "attention_mask", "position_ids")
                .output("x", OnnxFile.INT64, TOKENS);
        assertRefused(
                blind, " has the inputs attention_mask, position_ids but no token ids, expected an input input_ids");
    }

    /** Exporters name the only input as they like. */
    @Test
    void singleInputOfAnyNameIsTheTokens() throws IOException {
        OnnxFile file = new OnnxFile()
                .weights("table", TABLE, VOCABULARY, EMBEDDING)
                .input("x.1", OnnxFile.INT64, TOKENS)
                .node("Gather", "embedded", "table", "x.1")
                .output("embedded", OnnxFile.FLOAT, "batch", "position", "5");
        try (OnnxModel model = load(file);
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[] {10}, new Shape(1, 1));
            assertArrayEquals(
                    Arrays.copyOfRange(TABLE, 10 * EMBEDDING, 11 * EMBEDDING),
                    model.run(tokens, null).get("embedded").toFloatArray());
        }
    }

    @Test
    void rejectsOutputsThatAreNoActivationByName() throws IOException {
        OnnxFile file = linear().node("Identity", "ids", "input_ids")
                .output("ids", OnnxFile.INT64, TOKENS)
                .node("Transpose", "turned", RESIDUAL)
                .output("turned", OnnxFile.FLOAT, "3", "position", "batch");
        try (OnnxModel model = load(file)) {
            assertEquals(List.of(RESIDUAL, "half"), model.names());
            assertEquals(
                    model.name() + ": ids has type INT64, expected float32 or float16",
                    refusal(() -> model.width("ids")));
            assertEquals(
                    model.name()
                            + ": turned has shape (3, 3, 2) for tokens of shape (2, 3), expected [batch, position, d]",
                    refusal(() -> model.width("turned")));
            assertEquals(
                    model.name() + " returns no hook_embed, expected one of " + RESIDUAL + ", half",
                    refusal(() -> model.width("hook_embed")));
        }
    }

    @Test
    void closingTwiceHasNoEffect() throws IOException {
        OnnxModel model = load(linear());
        model.close();
        model.close();
        assertThrows(
                IllegalStateException.class, () -> model.run(model.manager().create(new long[1][1]), null));
    }

    @Test
    void rejectsHooks() throws IOException {
        try (OnnxModel model = load(linear())) {
            assertTrue(refusal(model::hooks).startsWith(model.name() + " cannot be edited, since"));
        }
    }

    @Test
    void rejectsUnsupportedTokens() throws IOException {
        try (OnnxModel model = load(linear());
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[] {1, VOCABULARY}, new Shape(1, 2));
            String message = refusal(() -> model.run(tokens, null));
            assertTrue(
                    message.startsWith(model.name() + " does not run on token ids of shape (1, 2): ")
                            && message.contains("idx=" + VOCABULARY + " must be within"),
                    message);
            assertEquals(1, message.lines().count(), message);
            assertEquals(
                    model.name() + ": tokens are float32 (1, 2), expected int64 [batch, position]",
                    refusal(() -> model.run(model.manager().ones(new Shape(1, 2)), null)));
        }
        OnnxFile fixed = new OnnxFile()
                .weights("table", TABLE, VOCABULARY, EMBEDDING)
                .input("input_ids", OnnxFile.INT64, "1", "16")
                .node("Gather", "embedded", "table", "input_ids")
                .output("embedded", OnnxFile.FLOAT, "1", "16", "5");
        assertRefused(fixed, " does not run on token ids of shape (2, 3): Got invalid dimensions for input: input_ids");
    }

    @Test
    void rejectsFilesThatAreNoModel() throws IOException {
        byte[] good = Files.readAllBytes(linear().write(folder.resolve("good.onnx")));
        byte[][] contents = {
            new byte[0], "hello".getBytes(StandardCharsets.UTF_8), Arrays.copyOf(good, good.length / 2), new byte[100]
        };
        for (byte[] content : contents) {
            Path file = Files.write(folder.resolve("broken.onnx"), content);
            String message = refusal(() -> OnnxModel.load(file));
            assertTrue(message.startsWith(file + " cannot be loaded, expected an ONNX model: "), message);
            assertEquals(1, message.lines().count(), message);
            assertEquals(1, message.split("broken.onnx", -1).length - 1, message);
        }
        assertThrows(NoSuchFileException.class, () -> OnnxModel.load(folder.resolve("none.onnx")));
        assertTrue(refusal(() -> OnnxModel.load(folder)).startsWith(folder + " cannot be loaded"));
    }

    private void assertRefused(OnnxFile file, String expected) {
        String message = refusal(() -> load(file));
        assertTrue(message.startsWith(folder.resolve("model.onnx") + expected), message);
        assertEquals(1, message.lines().count(), message);
    }

    private static String refusal(Executable run) {
        return assertThrows(InvalidInputException.class, run).getMessage();
    }

    /** Loading such a model must not change which engine makes arrays. */
    @Test
    void pytorchRemainsTheDefaultEngine() throws IOException {
        try (OnnxModel model = load(linear())) {
            assertEquals("PyTorch", Engine.getInstance().getEngineName());
        }
    }

    @Test
    void nativeMemoryStaysFlat() throws IOException {
        try (OnnxModel model = load(linear());
                Scope outer = Scope.open()) {
            NDArray tokens = model.manager().zeros(new Shape(64, 4096), DataType.INT64); // 8 MiB of results
            int arrays = model.manager().getManagedArrays().size();
            long before = 0;
            for (int i = 0; i < 120; i++) {
                try (Scope scope = Scope.open()) {
                    model.run(tokens, null);
                }
                if (i == 20) {
                    before = MemoryUse.residentBytes();
                }
            }
            assertEquals(arrays, model.manager().getManagedArrays().size());
            long grown = MemoryUse.residentBytes() - before;
            assertTrue(grown < 64 << 20, () -> "grew by " + grown + " bytes in 100 runs");
        }
    }
}
