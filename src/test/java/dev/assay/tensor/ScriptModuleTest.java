package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptModuleTest {
    private static final String DICTIONARY = """
            def forward(self, x: Tensor) -> Dict[str, Tensor]:
              half = torch.to(x, 5, False, False, None)
              brain = torch.to(x, 15, False, False, None)
              double = torch.to(x, 7, False, False, None)
              whole = torch.to(x, 4, False, False, None)
              complex = torch.complex(x, x)
              return {"z": torch.mul(x, 2.), "half": half, "whole": whole, "brain": brain, "complex": complex, "double": double}
            """;

    @TempDir
    private Path folder;

    private Path file(String methods) throws IOException {
        return ScriptFiles.write(folder.resolve("model.pt"), methods);
    }

    @Test
    void returnsNamesTypesAndOrder() throws IOException {
        try (ScriptModule module = ScriptModule.load(file(DICTIONARY), Device.cpu());
                Scope scope = Scope.open()) {
            NDArray x = module.manager().create(new float[] {1.5f, -0.25f, 3}, new Shape(3));
            Map<String, NDArray> tensors = module.run(x);
            assertEquals(List.of("z", "half", "brain", "double"), List.copyOf(tensors.keySet()));
            tensors.values().forEach(tensor -> assertEquals(DataType.FLOAT32, tensor.getDataType()));
            assertArrayEquals(new float[] {3, -0.5f, 6}, tensors.get("z").toFloatArray());
            for (String same : List.of("half", "brain", "double")) {
                assertArrayEquals(x.toFloatArray(), tensors.get(same).toFloatArray(), same);
            }
        }
    }

    @Test
    void recordsNoGradients() throws IOException {
        try (ScriptModule module = ScriptModule.load(file(DICTIONARY), Device.cpu());
                Autograd on = Autograd.recording();
                Scope scope = Scope.open()) {
            NDArray x = module.manager().ones(new Shape(3));
            x.setRequiresGradient(true);
            assertFalse(module.run(x).get("z").hasGradient());
            assertTrue(Autograd.isRecording());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Tensor                     | x                | Tensor
            Tuple[Tensor, Tensor]      | (x, x)           | (Tensor, Tensor)
            Dict[str, int]             | {"a": 1}         | Dict(str, int)
            Dict[int, Tensor]          | {1: x}           | Dict(int, Tensor)
            Dict[str, List[Tensor]]    | {"a": [x]}       | Dict(str, Tensor[])
            NoneType                   | None             | NoneType
            """)
    void rejectsResultsOtherThanDictionary(String type, String value, String found) throws IOException {
        Path file = file("def forward(self, x: Tensor) -> %s:\n  return %s\n".formatted(type, value));
        try (ScriptModule module = ScriptModule.load(file, Device.cpu());
                Scope scope = Scope.open()) {
            NDArray x = module.manager().ones(new Shape(1));
            assertEquals(
                    file + ": forward returns " + found + ", expected a dictionary of named tensors, Dict(str, Tensor)",
                    assertThrows(InvalidInputException.class, () -> module.run(x))
                            .getMessage());
        }
    }

    @Test
    void reportsFailureInOneLine() throws IOException {
        String source = """
                def forward(self, x: Tensor) -> Dict[str, Tensor]:
                  return {"a": torch.matmul(x, x)}
                """;
        try (ScriptModule module = ScriptModule.load(file(source), Device.cpu());
                Scope scope = Scope.open()) {
            NDArray x = module.manager().ones(new Shape(2, 3));
            assertEquals(
                    "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
                    assertThrows(EngineException.class, () -> module.run(x)).getMessage());
            String tooMany =
                    assertThrows(EngineException.class, () -> module.run(x, x)).getMessage();
            assertTrue(tooMany.startsWith("Expected at most 2 argument(s) for operator 'forward'"), tooMany);
        }
    }

    @Test
    void rejectsFilesWithoutModule() throws IOException {
        byte[] good = Files.readAllBytes(file(DICTIONARY));
        assertRefused("no zip", "hello".getBytes(StandardCharsets.UTF_8));
        assertRefused("empty", new byte[0]);
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 40; i++) {
            assertRefused("cut", Arrays.copyOf(good, random.nextInt(good.length)));
        }
        assertThrows(NoSuchFileException.class, () -> ScriptModule.load(folder.resolve("none.pt"), Device.cpu()));
        assertThrows(InvalidInputException.class, () -> ScriptModule.load(folder, Device.cpu()));
        Path mute = file("def other(self, x: Tensor) -> Tensor:\n  return x\n");
        assertEquals(
                mute + " has no method forward, expected one with token ids as argument",
                assertThrows(InvalidInputException.class, () -> ScriptModule.load(mute, Device.cpu()))
                        .getMessage());
    }

    private void assertRefused(String what, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("broken.pt"), content);
        String message = assertThrows(InvalidInputException.class, () -> ScriptModule.load(file, Device.cpu()), what)
                .getMessage();
        assertTrue(
                message.startsWith(file + " cannot be loaded, expected a TorchScript file written by torch.jit.save: "),
                message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void doesNotLeakMemory() throws IOException {
        try (ScriptModule module = ScriptModule.load(file(DICTIONARY), Device.cpu());
                Scope outer = Scope.open()) {
            NDArray x = module.manager().ones(new Shape(1 << 19)); // 2 MiB, and eight times that in results
            int arrays = module.manager().getManagedArrays().size();
            long before = 0;
            for (int i = 0; i < 120; i++) {
                try (Scope scope = Scope.open()) {
                    module.run(x);
                }
                if (i == 20) {
                    before = MemoryUse.residentBytes();
                }
            }
            assertEquals(arrays, module.manager().getManagedArrays().size());
            long grown = MemoryUse.residentBytes() - before;
            assertTrue(grown < 64 << 20, () -> "grew by " + grown + " bytes in 100 runs");
        }
    }
}
