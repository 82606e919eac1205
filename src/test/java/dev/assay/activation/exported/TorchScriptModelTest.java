package dev.assay.activation.exported;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.ClosedWhileRunning;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import dev.assay.tensor.ScriptFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptModelTest {
    private static final String RESIDUAL = "blocks.0.hook_resid_post";
    private static final int WIDTH = 4;

    /** At column j of token t: the residual is sin(t·(j+1)/10) and the MLP its cosine, in half precision. */
    private static final String WAVES = """
            def forward(self, tokens: Tensor) -> Dict[str, Tensor]:
              columns = torch.tensor([0.1, 0.2, 0.3, 0.4])
              angle = torch.mul(torch.unsqueeze(tokens, -1), columns)
              half = torch.to(torch.cos(angle), 5, False, False, None)
              pooled = torch.mean(angle, [1])
              return {"blocks.0.hook_resid_post": torch.sin(angle), "my output": half, "pooled": pooled, "ids": tokens}
            """;

    /** The number of real tokens in the row of each. */
    private static final String MASKED = """
            def forward(self, tokens: Tensor, mask: Tensor) -> Dict[str, Tensor]:
              real = torch.to(torch.unsqueeze(torch.sum(mask, [1], True), -1), 6, False, False, None)
              return {"real": torch.mul(real, torch.ones_like(torch.unsqueeze(tokens, -1)))}
            """;

    @TempDir
    private Path folder;

    private TorchScriptModel load(String methods) throws IOException {
        return TorchScriptModel.load(ScriptFiles.write(folder.resolve("model.pt"), methods));
    }

    @Test
    void callsOfAClosedModelEnd() throws Exception {
        ClosedWhileRunning.assertCallsEnd("the model .* is closed", () -> load(WAVES), model -> {
            NDArray tokens = model.manager().zeros(new Shape(2, 5), DataType.INT64);
            model.run(tokens, null).values().forEach(NDArray::toFloatArray);
        });
    }

    @Test
    void activationsEqualTheGraphOutputs() throws IOException {
        try (TorchScriptModel model = load(WAVES);
                Scope scope = Scope.open()) {
            assertEquals(folder.resolve("model.pt").toString(), model.name());
            assertEquals(List.of(RESIDUAL, "my output"), model.names());
            assertEquals(WIDTH, model.width(RESIDUAL));
            long[] ids = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
            for (Shape shape : List.of(new Shape(1, 10), new Shape(5, 2), new Shape(2, 5))) {
                Map<String, NDArray> found = model.run(model.manager().create(ids, shape), null);
                assertEquals(2, found.size());
                assertEquals(shape.add(WIDTH), found.get(RESIDUAL).getShape());
                assertArrayEquals(waves(ids, Math::sin), found.get(RESIDUAL).toFloatArray(), 1e-6f);
                assertArrayEquals(waves(ids, Math::cos), found.get("my output").toFloatArray(), 5e-4f);
            }
            NDArray tokens = model.manager().create(ids, new Shape(1, 10));
            assertEquals(
                    List.of("my output"),
                    List.copyOf(model.run(List.of("my output"), tokens, null).keySet()));
        }
    }

    /** The expected activations in double precision, row after row. */
    private static float[] waves(long[] ids, DoubleUnaryOperator wave) {
        float[] expected = new float[ids.length * WIDTH];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (float) wave.applyAsDouble(ids[i / WIDTH] * (i % WIDTH + 1) / 10.0);
        }
        return expected;
    }

    @Test
    void passesTheMaskToTheGraph() throws IOException {
        try (TorchScriptModel model = load(MASKED);
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[6], new Shape(2, 3));
            NDArray mask = model.manager().create(new long[] {1, 1, 0, 1, 1, 1}, new Shape(2, 3));
            assertArrayEquals(
                    new float[] {2, 2, 2, 3, 3, 3},
                    model.run(tokens, mask).get("real").toFloatArray());
            assertArrayEquals(
                    new float[] {3, 3, 3, 3, 3, 3},
                    model.run(tokens, null).get("real").toFloatArray());
        }
        try (TorchScriptModel model = load(WAVES);
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[6], new Shape(2, 3));
            assertEquals(
                    model.name()
                            + ": forward has no mask argument, expected forward(tokens, mask) to run padded sequences",
                    refusal(() -> model.run(tokens, tokens.onesLike())));
        }
    }

    @Test
    void rejectsOutputsThatAreNoActivationByName() throws IOException {
        try (TorchScriptModel model = load(WAVES)) {
            assertEquals(
                    model.name()
                            + ": pooled has shape (2, 4) for tokens of shape (2, 3), expected [batch, position, d]",
                    refusal(() -> model.width("pooled")));
            for (String name : List.of("ids", "blocks.9.hook_resid_post")) {
                assertEquals(
                        model.name() + " returns no " + name + ", expected one of " + RESIDUAL + ", my output",
                        refusal(() -> model.width(name)));
            }
            try (Scope scope = Scope.open()) {
                NDArray tokens = model.manager().create(new long[6], new Shape(2, 3));
                assertTrue(refusal(() -> model.run(List.of("pooled"), tokens, null))
                        .contains("pooled has shape"));
            }
        }
    }

    @Test
    void closingTwiceHasNoEffect() throws IOException {
        TorchScriptModel model = load(WAVES);
        model.close();
        model.close();
        assertThrows(
                IllegalStateException.class, () -> model.run(model.manager().create(new long[1][1]), null));
    }

    @Test
    void rejectsHooks() throws IOException {
        try (TorchScriptModel model = load(WAVES)) {
            String message = refusal(model::hooks);
            assertTrue(
                    message.startsWith(
                            model.name() + " cannot be edited, since its compiled graph only returns exported outputs"),
                    message);
            assertTrue(message.endsWith("load it with HookedTransformer"), message);
        }
    }

    @Test
    void rejectsGraphsThatAreNoLanguageModel() {
        assertRefused(
                "def forward(self) -> Dict[str, Tensor]:\n  return {\"a\": torch.ones([2, 3, 4])}",
                "does not run on token ids of shape (2, 3): Expected at most 1 argument(s)");
        assertRefused(
                "def forward(self, a: Tensor, b: Tensor, c: Tensor) -> Dict[str, Tensor]:\n  return {\"a\": a}",
                "does not run on token ids of shape (2, 3): forward() is missing value for argument 'c'");
        assertRefused(
                "def forward(self, tokens: Tensor) -> Dict[str, Tensor]:\n  return {\"a\": torch.reshape(tokens, [1, 7])}",
                "does not run on token ids of shape (2, 3): shape '[1, 7]' is invalid for input of size 6");
        assertRefused(
                "def forward(self, tokens: Tensor) -> Tuple[Tensor, Tensor]:\n  return (tokens, tokens)",
                ": forward returns (Tensor, Tensor), expected a dictionary of named tensors");
        assertRefused(
                "def forward(self, tokens: Tensor) -> Dict[str, Tensor]:\n  return {\"ids\": tokens}",
                "returns no activation: it returns no floating-point tensor");
        assertRefused(
                "def forward(self, tokens: Tensor) -> Dict[str, Tensor]:\n  return {\"x\": torch.to(tokens, 6)}",
                "returns no activation: x has shape (2, 3) for tokens of shape (2, 3), expected [batch, position, d]");
    }

    private void assertRefused(String methods, String expected) {
        String message = refusal(() -> load(methods));
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith(folder.toString()), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void rejectsUnsupportedTokens() throws IOException {
        String shifting = """
                def forward(self, tokens: Tensor) -> Dict[str, Tensor]:
                  table = torch.ones([10, 2])
                  found = torch.embedding(table, tokens)
                  if torch.eq(torch.size(tokens, 1), 5):
                    result = torch.slice(found, 1, 1)
                  else:
                    result = found
                  return {"x": result}
                """;
        try (TorchScriptModel model = load(shifting);
                Scope scope = Scope.open()) {
            NDArray tokens = model.manager().create(new long[] {1, 10}, new Shape(1, 2));
            assertEquals(
                    model.name() + " does not run on token ids of shape (1, 2): index out of range in self",
                    refusal(() -> model.run(tokens, null)));
            NDArray five = model.manager().create(new long[5], new Shape(1, 5));
            assertEquals(
                    model.name() + ": x has shape (1, 4, 2) for tokens of shape (1, 5), expected (1, 5, 2)",
                    refusal(() -> model.run(five, null)));
            NDArray floats = model.manager().ones(new Shape(1, 2));
            assertEquals(
                    model.name() + ": tokens are float32 (1, 2), expected int64 [batch, position]",
                    refusal(() -> model.run(floats, null)));
            NDArray flat = model.manager().create(new long[2]);
            assertEquals(
                    model.name() + ": tokens are int64 (2), expected int64 [batch, position]",
                    refusal(() -> model.run(flat, null)));
            assertEquals(
                    model.name() + ": the mask is int64 (2), expected int64 (1, 2), the shape of the tokens",
                    refusal(() -> model.run(tokens, flat)));
        }
    }

    @Test
    void runsLeakNoArrays() throws IOException {
        try (TorchScriptModel model = load(WAVES);
                Scope outer = Scope.open()) {
            NDArray tokens = model.manager().create(new long[6], new Shape(2, 3));
            int before = model.manager().getManagedArrays().size();
            for (int i = 0; i < 100; i++) {
                try (Scope scope = Scope.open()) {
                    model.run(tokens, null);
                    assertThrows(InvalidInputException.class, () -> model.run(tokens, tokens));
                }
            }
            assertEquals(before, model.manager().getManagedArrays().size());
        }
    }

    private static String refusal(Executable run) {
        return assertThrows(InvalidInputException.class, run).getMessage();
    }
}
