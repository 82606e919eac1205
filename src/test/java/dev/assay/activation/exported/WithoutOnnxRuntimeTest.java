package dev.assay.activation.exported;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import dev.assay.ChildJvm;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that lacks the optional dependency. */
@Tag("slow")
class WithoutOnnxRuntimeTest {
    @Test
    @Timeout(120)
    void libraryWorksWithoutOnnxRuntime(@TempDir Path folder) throws Exception {
        String[] classPath = System.getProperty("java.class.path").split(File.pathSeparator);
        String without = Arrays.stream(classPath)
                .filter(entry -> !entry.contains("onnxruntime"))
                .collect(Collectors.joining(File.pathSeparator));
        assertEquals(classPath.length - 2, without.split(File.pathSeparator).length, "the engine and the runtime");
        Process process = ChildJvm.of(without, WithoutOnnxRuntimeTest.class, folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(
                output.endsWith(
                        folder.resolve("model.onnx") + " needs ONNX Runtime, which is not on the class path; add the"
                                + " dependency ai.djl.onnxruntime:onnxruntime-engine:" + Engine.getDjlVersion() + "\n"),
                output);
    }

    /** Initialises every class of Assay but one, runs a TorchScript model, and prints what is said about an ONNX model. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        List<String> classes = classes();
        assertFalse(classes.isEmpty());
        for (String name : classes) {
            if (!name.startsWith("dev.assay.activation.exported.OnnxGraph")) {
                Class.forName(name);
            }
        }
        try (ExportedModel model = WaveModels.torchScript(folder);
                Scope scope = Scope.open()) {
            assertEquals(
                    2, model.run(model.manager().create(new long[1][4]), null).size());
        }
        Path file = Files.write(folder.resolve("model.onnx"), new byte[1]);
        try {
            OnnxModel.load(file).close();
        } catch (InvalidInputException expected) {
            System.out.print(expected.getMessage() + "\n");
        }
    }

    private static List<String> classes() throws Exception {
        Path root = Path.of(ExportedModel.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(".class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace(File.separatorChar, '.'))
                    .toList();
        }
    }
}
