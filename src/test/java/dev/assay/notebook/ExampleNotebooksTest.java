package dev.assay.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the example notebooks in JShell and in a real kernel and checks their outputs. */
@Tag("slow")
class ExampleNotebooksTest {
    /** The class of the last value of each cell, and whether it is shown as HTML. */
    private static final List<String> SHOWN = List.of(
            "quickstart.ipynb cell 2: ModelDescription <",
            "quickstart.ipynb cell 6: EvaluationReport <",
            "quickstart.ipynb cell 7: FeatureList <",
            "quickstart.ipynb cell 8: FeatureReport <",
            "inspecting-a-feature.ipynb cell 3: Picture <",
            "inspecting-a-feature.ipynb cell 4: FeatureList <",
            "inspecting-a-feature.ipynb cell 5: FeatureReport <",
            "inspecting-a-feature.ipynb cell 7: FeatureList <",
            "inspecting-a-feature.ipynb cell 8: PromptReport <",
            "steering.ipynb cell 3: FeatureList <",
            "steering.ipynb cell 5: InterventionResult <",
            "steering.ipynb cell 6: Continuation <",
            "steering.ipynb cell 7: DoseTable <");

    @TempDir
    Path folder;

    @Test
    void notebooksAreStoredWithoutOutputs() throws IOException {
        try (Stream<Path> files = Files.list(Notebook.FOLDER)) {
            assertEquals(
                    Notebook.EXAMPLES.stream()
                            .map(name -> name + ".ipynb")
                            .sorted()
                            .toList(),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        for (String name : Notebook.EXAMPLES) {
            Notebook notebook = Notebook.example(name);
            assertEquals(
                    "assay", notebook.json().at("/metadata/kernelspec/name").asText());
            for (JsonNode cell : notebook.codeCells()) {
                assertEquals(0, cell.get("outputs").size(), name);
                assertTrue(cell.get("execution_count").isNull(), name);
            }
        }
    }

    @Test
    @Timeout(300)
    void notebooksRunInJShell() throws Exception {
        String[] files = Notebook.EXAMPLES.stream()
                .map(name -> Notebook.FOLDER
                        .resolve(name + ".ipynb")
                        .toAbsolutePath()
                        .toString())
                .toArray(String[]::new);
        String output = output(ChildJvm.of(JShellNotebook.class, files));
        List<String> shown = output.lines()
                .filter(line -> line.matches("\\S+\\.ipynb cell .*"))
                .toList();
        assertPrefixes(SHOWN, shown);
    }

    @Test
    @Timeout(300)
    void notebooksRunInAKernel() throws Exception {
        boolean there = jupyterIsThere();
        if (!there) {
            System.out.println("Jupyter is not installed: the notebooks are not run in a kernel");
        }
        assumeTrue(there, "Jupyter is not installed");
        String kernel = output(
                process("scripts/notebook-kernel", folder.resolve("jupyter").toString())
                        .directory(new File("").getAbsoluteFile()));
        assertEquals(folder.resolve("jupyter/kernels/assay/kernel.json") + "\n", kernel);
        List<String> shown = new ArrayList<>();
        for (String name : Notebook.EXAMPLES) {
            Path file = Files.copy(Notebook.FOLDER.resolve(name + ".ipynb"), folder.resolve(name + ".ipynb"));
            output(process("jupyter", "nbconvert", "--execute", "--inplace", file.toString()));
            shown.addAll(results(Notebook.read(file)));
        }
        // The kernel does not report classes.
        assertPrefixes(
                SHOWN.stream().map(line -> line.replaceFirst(": \\w+ ", ": ")).toList(), shown);
    }

    @Test
    void scriptInstallsIJavaWithTheDocumentedLine() throws Exception {
        Path jar = Files.createFile(folder.resolve("ijava-1.3.0.jar"));
        Path data = folder.resolve("jupyter");
        File checkout = new File("").getAbsoluteFile();
        output(process("scripts/notebook-kernel", "--ijava", jar.toString(), data.toString())
                .directory(checkout));
        JsonNode kernel = new ObjectMapper()
                .readTree(data.resolve("kernels/assay/kernel.json").toFile());
        List<String> arguments = new ArrayList<>();
        kernel.get("argv").forEach(argument -> arguments.add(argument.asText()));
        int at = arguments.indexOf("-jar");
        assertEquals(
                List.of("-jar", jar.toRealPath().toString(), "{connection_file}"),
                arguments.subList(at, arguments.size()));
        assertEquals(kernelClassPath(), kernel.at("/env/IJAVA_CLASSPATH").asText());
        String line = kernel.at("/env/IJAVA_STARTUP_SCRIPT").asText();
        assertTrue(Files.readString(Path.of("docs/notebooks.md")).contains("```java\n" + line + "\n```"), line);
        String type = line.substring(0, line.indexOf(".install(getKernelInstance());"));
        assertEquals(IJavaDisplay.class.getName(), type);
        Files.delete(jar);
        Process refused = process("scripts/notebook-kernel", "--ijava", jar.toString(), data.toString())
                .directory(checkout)
                .redirectErrorStream(true)
                .start();
        assertEquals(
                "notebook-kernel: --ijava needs the jar of IJava, found \"" + jar + "\"\n",
                new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(2, refused.waitFor());
    }

    /** Returns the outputs of the cells, none of which may be an error. */
    private static List<String> results(Notebook notebook) {
        List<String> shown = new ArrayList<>();
        int number = 0;
        for (JsonNode cell : notebook.codeCells()) {
            number++;
            for (JsonNode output : cell.get("outputs")) {
                assertNotEquals("error", output.get("output_type").asText(), output.toString());
                if (output.get("output_type").asText().equals("execute_result")) {
                    shown.add(
                            notebook.name() + " cell " + number + ": " + Notebook.text(output.at("/data/text~1html")));
                }
            }
        }
        return shown;
    }

    private static void assertPrefixes(List<String> expected, List<String> lines) {
        assertEquals(expected.size(), lines.size(), lines.toString());
        for (int i = 0; i < expected.size(); i++) {
            String line = lines.get(i);
            assertTrue(line.startsWith(expected.get(i)), () -> line.substring(0, Math.min(200, line.length())));
        }
    }

    /** The kernel bundles ZeroMQ. */
    private static String kernelClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("jeromq"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean jupyterIsThere() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("jupyter", "nbconvert", "--version")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private ProcessBuilder process(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("ASSAY_CLASSPATH", kernelClassPath());
        builder.environment().put("JUPYTER_PATH", folder.resolve("jupyter").toString());
        builder.environment().put("JUPYTER_DATA_DIR", folder.resolve("data").toString());
        builder.environment().put("JUPYTER_CONFIG_DIR", folder.resolve("config").toString());
        builder.environment()
                .put("JUPYTER_RUNTIME_DIR", folder.resolve("runtime").toString());
        builder.environment().put("IPYTHONDIR", folder.resolve("ipython").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        return builder;
    }

    /** Runs a process in the folder, unless it has one, and returns what it printed. */
    private String output(ProcessBuilder builder) throws Exception {
        Path printed = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        if (builder.directory() == null) {
            builder.directory(folder.toFile());
        }
        Process process = builder.redirectOutput(printed.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertEquals(0, process.waitFor(), () -> text(printed) + text(errors));
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        return text(printed);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
