package dev.assay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.checkpoint.Safetensors;
import dev.assay.cli.Assay;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.verify.GradientCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training method and the architecture of {@code examples/}, compiled apart from Assay and found by name. */
@Tag("slow")
class ExampleExtensionsTest {
    private static final Path SOURCES = Path.of("examples/src/main/java/dev/assay/examples");
    private static final Path SERVICES = Path.of("examples/src/main/resources/META-INF/services");
    private static final String METHOD = "log-penalty";

    @TempDir
    private Path folder;

    private ClassLoader before;
    private URLClassLoader extensions;

    @BeforeEach
    void compile() throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        String classPath = Stream.of(Assay.class, NDArray.class, JsonProperty.class, ObjectNode.class)
                .map(ExampleExtensionsTest::location)
                .distinct()
                .reduce((a, b) -> a + java.io.File.pathSeparator + b)
                .orElseThrow();
        StringWriter errors = new StringWriter();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        errors,
                        null,
                        null,
                        List.of("-proc:none", "-d", classes.toString(), "-cp", classPath),
                        null,
                        ToolProvider.getSystemJavaCompiler()
                                .getStandardFileManager(null, null, null)
                                .getJavaFileObjects(
                                        SOURCES.resolve("method/LogPenalty.java"),
                                        SOURCES.resolve("architecture/CappedJumpRelu.java")))
                .call();
        assertTrue(compiled, errors.toString());
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        for (String type :
                List.of("dev.assay.train.spi.TrainingMethodProvider", "dev.assay.sae.ArchitectureProvider")) {
            Files.copy(SERVICES.resolve(type), services.resolve(type));
        }
        before = Thread.currentThread().getContextClassLoader();
        extensions = new URLClassLoader(new URL[] {classes.toUri().toURL()}, Assay.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(extensions);
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @AfterEach
    void restore() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        extensions.close();
    }

    @Test
    void gradientsOfTheMethodMatchDifferencesOfItsLoss() {
        TrainingMethod method = TrainingMethods.create(METHOD, new MethodArguments(0.4, 16, Map.of("epsilon", "0.5")));
        assertEquals("LogPenalty[coefficient=0.4, epsilon=0.5]", method.toString());
        GradientCheck.Result result = GradientCheck.run(method);
        assertTrue(result.maxError() < 1e-2, result.toText());
    }

    @Test
    void methodTrainsByNameAndItsDictionaryIsEvaluated() throws IOException {
        Path out = trained();
        String training = Files.readString(out.resolve("cfg.json"));
        assertTrue(training.contains("\"method\" : \"log-penalty\""), training);
        assertTrue(training.contains("\"epsilon\" : 0.2"), training);
        assertTrue(run("evaluate", out.toString(), "--tokens", "2000").contains("explained variance"));
    }

    @Test
    void methodTrainsInASweepByName() throws IOException {
        Path sweep = folder.resolve("sweep.yaml");
        Files.writeString(sweep, """
                model: assay/stories
                text: [assay/stories/60]
                sites: [blocks.1.hook_resid_post]
                tokens: 2000
                batch: 100
                evaluation_tokens: 1000
                members:
                  - {method: log-penalty, coefficient: [0.1, 0.3], method_options: {epsilon: 0.5}, d_sae: 32}
                """);
        Path out = folder.resolve("sweep");
        run("sweep", sweep.toString(), "--out", out.toString());
        try (Stream<Path> files = Files.walk(out)) {
            List<Path> configurations =
                    files.filter(file -> file.endsWith("cfg.json")).toList();
            assertEquals(2, configurations.size());
            for (Path file : configurations) {
                assertTrue(Files.readString(file).contains("\"epsilon\" : 0.5"), file.toString());
            }
        }
    }

    @Test
    void architectureIsSavedLoadedEvaluatedAndInspected() throws IOException {
        Path capped = capped(trained(), 3);
        Path copy = folder.resolve("copy");
        try (SparseAutoencoder sae = SparseAutoencoder.load(capped);
                NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            assertEquals("CappedJumpRelu[maxActive=3]", sae.architecture().toString());
            NDArray x = Gaussian.array(manager, new Shape(20, sae.dIn()), 1);
            for (float active : sae.encode(x)
                    .dense()
                    .gt(0f)
                    .sum(new int[] {1})
                    .toType(x.getDataType(), false)
                    .toFloatArray()) {
                assertTrue(active <= 3, active + " active latents");
            }
            sae.save(copy);
        }
        for (String file : List.of("cfg.json", "sae_weights.safetensors")) {
            assertArrayEquals(Files.readAllBytes(capped.resolve(file)), Files.readAllBytes(copy.resolve(file)), file);
        }
        Files.copy(folder.resolve("trained/run.json"), copy.resolve("run.json"));
        assertTrue(run("evaluate", copy.toString(), "--tokens", "2000").contains("explained variance"));
        assertTrue(run("inspect", copy.toString(), "--prompt", "The dog barked at the")
                .contains("dog"));
    }

    @Test
    void architectureIsUnknownWithoutItsProvider() throws IOException {
        Path capped = capped(trained(), 3);
        Thread.currentThread().setContextClassLoader(before);
        InvalidInputException failure = assertThrows(InvalidInputException.class, () -> SparseAutoencoder.load(capped));
        assertTrue(failure.getMessage().contains("capped_jumprelu"), failure.getMessage());
    }

    private Path trained() throws IOException {
        Path out = folder.resolve("trained");
        run(
                "train",
                "--model",
                "assay/stories",
                "--text",
                "assay/stories/60",
                "--hook",
                "blocks.1.hook_resid_post",
                "--architecture",
                METHOD,
                "--coefficient",
                "0.3",
                "--method-option",
                "epsilon=0.2",
                "--d-sae",
                "32",
                "--tokens",
                "2000",
                "--batch",
                "100",
                "--out",
                out.toString());
        return out;
    }

    /** Writes the dictionary of a folder with the architecture of the example, all thresholds 0. */
    private Path capped(Path from, int maxActive) throws IOException {
        Path to = Files.createDirectories(folder.resolve("capped"));
        ObjectNode cfg = JsonObject.read(from.resolve("cfg.json")).node();
        cfg.put("architecture", "capped_jumprelu");
        cfg.put("max_active", maxActive);
        Files.writeString(to.resolve("cfg.json"), Json.pretty(cfg));
        try (Safetensors file = Safetensors.open(from.resolve("sae_weights.safetensors"));
                NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                OutputStream out = Files.newOutputStream(to.resolve("sae_weights.safetensors"))) {
            Map<String, NDArray> tensors = new HashMap<>();
            for (String name : file.names()) {
                tensors.put(name, file.load(manager, name));
            }
            tensors.put("threshold", manager.zeros(new Shape(cfg.path("d_sae").asInt())));
            Safetensors.writer(tensors, Map.of()).writeTo(out);
        }
        // Saving once brings fields and tensors into the order that saving uses.
        try (SparseAutoencoder sae = SparseAutoencoder.load(to)) {
            sae.save(to);
        }
        return to;
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
        assertEquals(0, code, err.toString());
        return out.toString();
    }
}
