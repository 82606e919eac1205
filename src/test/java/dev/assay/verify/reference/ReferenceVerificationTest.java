package dev.assay.verify.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.cli.Assay;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ReferenceVerificationTest {
    private static final Path TOY = Path.of("src/test/resources/reference/toy_correlated");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Path folder, String... options) {
        String[] arguments = new String[2 + options.length];
        arguments[0] = "verify-reference";
        arguments[1] = folder.toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private static void copy(Path target) throws IOException {
        Files.createDirectories(target);
        for (String file : List.of("expected.json", "expected.safetensors")) {
            Files.copy(TOY.resolve(file), target.resolve(file));
        }
    }

    private static void replace(Path folder, String text, String replacement) throws IOException {
        Path file = folder.resolve("expected.json");
        String before = Files.readString(file);
        assertTrue(before.contains(text));
        Files.writeString(file, before.replace(text, replacement));
    }

    @Test
    void renamedCopyOfTheToyCasePasses(@TempDir Path folder) throws IOException {
        Path renamed = folder.resolve("x");
        copy(renamed);
        List<ReferenceVerification> cases = ReferenceVerification.find(renamed);
        assertEquals(1, cases.size());
        ReferenceReport report = cases.get(0).run();
        assertEquals("toy_correlated", report.group());
        assertTrue(report.passed(), report.toText());
        assertTrue(report.values().stream().anyMatch(value -> value.value().equals("copula.joint, sampled")));
        assertTrue(report.values().stream().noneMatch(value -> value.value().contains("WRONG")));
    }

    @Test
    void wrongProbabilitiesOfTheReferenceFail(@TempDir Path folder) throws IOException {
        copy(folder);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            Map<String, NDArray> tensors = new TreeMap<>();
            try (Safetensors stored = Safetensors.open(TOY.resolve("expected.safetensors"))) {
                stored.names().forEach(name -> tensors.put(name, stored.load(manager, name)));
            }
            tensors.put("independent.p", tensors.get("independent.WRONG_reference_p"));
            Safetensors.write(folder.resolve("expected.safetensors"), tensors, Map.of());
        }
        ReferenceReport report = ReferenceVerification.find(folder).get(0).run();
        assertEquals(
                List.of("independent.p", "independent.p, sampled"),
                report.values().stream()
                        .filter(value -> !value.passed())
                        .map(ValueDifference::value)
                        .toList());
    }

    @Test
    void changedValueFailsWithExitCode1AndJsonNamesIt(@TempDir Path folder) throws IOException {
        copy(folder);
        replace(folder, "0.1890024514632338", "0.1990024514632338");
        assertEquals(1, run(folder, "--json"), err::toString);
        assertTrue(out.toString().contains("\"passed\" : false"), out.toString());
        assertTrue(out.toString().contains("null_mean_max_cosine.signed"), out.toString());
    }

    @Test
    void parentFolderRunsAllCasesAndReportsAnUnusableOne(@TempDir Path folder) throws IOException {
        copy(folder.resolve("good"));
        copy(folder.resolve("deep/bad"));
        replace(folder.resolve("deep/bad"), "\"decay\"", "\"other\"");
        Files.createDirectories(folder.resolve("neither"));
        assertEquals(2, run(folder), err::toString);
        assertTrue(out.toString().contains("has no independent.decay, expected a number"), out.toString());
        assertTrue(out.toString().contains("1 of 2 cases passed, 1 unusable"), out.toString());
    }

    @Test
    void folderWithoutACaseIsRejectedInOneSentence(@TempDir Path folder) throws IOException {
        assertEquals(2, run(folder));
        assertTrue(err.toString().contains("is no recorded case and has none below it"), err.toString());
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
        assertFalse(err.toString().contains("Exception"), err.toString());
        assertThrows(NoSuchFileException.class, () -> ReferenceVerification.find(folder.resolve("missing")));
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThrows(InvalidInputException.class, () -> ReferenceVerification.find(file));
    }

    @Test
    void resultFilesOfSaeBenchAreNoCase(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("tpp.json"), "{\"eval_type_id\": \"tpp\", \"eval_config\": {}}");
        String message = assertThrows(InvalidInputException.class, () -> ReferenceVerification.find(folder))
                .getMessage();
        assertTrue(message.contains("result files of SAEBench"), message);
    }
}
