package dev.assay.verify.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureReferenceTest {
    private static final Path CASES = Path.of("src/test/resources/reference");

    private static ReferenceReport run(Path folder) throws IOException {
        return ReferenceVerification.find(folder).get(0).run();
    }

    private static Path copy(Path source, Path target) throws IOException {
        try (Stream<Path> all = Files.walk(source)) {
            for (Path path : all.toList()) {
                Path copied = target.resolve(source.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copied);
                } else {
                    Files.copy(path, copied);
                }
            }
        }
        return target;
    }

    private static void replace(Path file, String text, String replacement) throws IOException {
        String before = Files.readString(file);
        assertTrue(before.contains(text), before);
        Files.writeString(file, before.replace(text, replacement));
    }

    private static List<String> failed(ReferenceReport report) {
        return report.values().stream()
                .filter(value -> !value.passed())
                .map(ValueDifference::value)
                .toList();
    }

    @Test
    void leaceEqualsTheReferenceWithEveryOption() throws IOException {
        ReferenceReport report = run(CASES.resolve("erasure/leace"));
        assertEquals("erasure/leace", report.group());
        assertTrue(report.passed(), report.toText());
        for (String value : List.of(
                "one_hot_default.P",
                "one_hot_orth.erased_test",
                "one_hot_not_affine.erased",
                "continuous_no_shrinkage.P",
                "oracle.erased",
                "mean_projection.erased")) {
            assertTrue(
                    report.values().stream()
                            .anyMatch(found -> found.value().equals(value) && found.tolerance() == 1e-8),
                    report.toText());
        }
    }

    @Test
    void anotherOptionOfLeaceFails(@TempDir Path folder) throws IOException {
        copy(CASES.resolve("erasure/leace"), folder.resolve("case"));
        replace(folder.resolve("case/case.json"), "\"method\": \"orth\"", "\"method\": \"leace\"");
        assertEquals(
                List.of("one_hot_orth.P", "one_hot_orth.erased", "one_hot_orth.erased_test"),
                failed(run(folder.resolve("case"))));
        replace(folder.resolve("case/case.json"), "\"method\"", "\"metod\"");
        String message = assertThrows(InvalidInputException.class, () -> run(folder.resolve("case")))
                .getMessage();
        assertTrue(message.contains("metod") && message.contains("expected only affine"), message);
    }

    @Test
    void editsInAModelEqualTheReference() throws IOException {
        ReferenceReport report = run(CASES.resolve("erasure/in_model"));
        assertEquals("erasure/in_model", report.group());
        assertTrue(report.passed(), report.toText());
        assertTrue(
                report.values().stream()
                        .anyMatch(value -> value.value().equals("ablation_full.six_features|all_positions.edit_size")),
                report.toText());
    }

    @Test
    void editAtOtherPositionsFails(@TempDir Path folder) throws IOException {
        Path copied = copy(CASES.resolve("erasure/in_model"), folder.resolve("case"));
        replace(copied.resolve("expected.json"), "\"skip_tokens\": 1", "\"skip_tokens\": 2");
        List<String> failed = failed(run(copied));
        assertTrue(failed.contains("leace_last_position|all_positions.edit_size"), failed::toString);
        assertTrue(failed.stream().allMatch(value -> value.contains("|all_positions")), failed::toString);
    }

    @Test
    void sparseProbesEqualTheReference() throws IOException {
        ReferenceReport report = run(CASES.resolve("saebench/sparse_probing"));
        assertEquals("saebench/sparse_probing", report.group());
        assertTrue(report.passed(), report.toText());
        assertTrue(
                report.values().stream()
                        .anyMatch(value -> value.value().equals("sae_top_5.coef_converged")
                                && value.tolerance() == 1e-6
                                && value.difference() < 1e-8),
                report.toText());
    }
}
