package dev.assay.verify;

import static dev.assay.sae.Dictionaries.fixture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.checkpoint.ComparisonReport;
import dev.assay.checkpoint.Safetensors;
import dev.assay.sae.Dictionaries;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SaeVerificationTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("dev.assay.sae.Dictionaries#fixtures")
    void matchesSaelens(Path saelens) throws IOException {
        Path expected = saelens.resolve("expected.safetensors");
        ComparisonReport report = SaeVerification.run(saelens, expected, 1e-5);
        assertTrue(report.passed(), report::toText);
        assertTrue(report.conditions().get("active_sets_equal"));
        try (Safetensors file = Safetensors.open(expected)) {
            long inputs = file.names().stream()
                    .filter(name -> name.equals("x") || name.equals("fold_activation_norm.scale"))
                    .count();
            assertEquals(file.names().size() - inputs, report.differences().size(), "all but the inputs are compared");
        }
    }

    @Test
    void coversAllKindsOfSaelens() throws IOException {
        assertEquals(24, Dictionaries.fixtures().size());
    }

    @Test
    void measuresDifference() throws IOException {
        ComparisonReport report = changed("recon", 0.5f);
        assertFalse(report.passed());
        assertEquals(0.5, report.differences().get("recon"), 1e-5);
        assertTrue(report.toJson().get("active_sets_equal").booleanValue());
    }

    @Test
    void detectsOtherActiveSetWithinTolerance() throws IOException {
        ComparisonReport report = changed("feature_acts", 5e-5f);
        assertTrue(report.differences().get("feature_acts") < 1e-4);
        assertFalse(report.conditions().get("active_sets_equal"));
        assertFalse(report.passed());
    }

    @Test
    void failsOnNaN() throws IOException {
        ComparisonReport report = changed("recon", Float.NaN);
        assertFalse(report.passed());
    }

    @Test
    void failsOnUnknownTensor() throws IOException {
        ComparisonReport report = changed("hidden_post", 0);
        assertEquals(List.of("hidden_post"), report.unknown());
        assertFalse(report.passed());
    }

    /** Runs with a number added to an expected tensor, or with an additional tensor if there is none of that name. */
    private ComparisonReport changed(String name, float difference) throws IOException {
        Path file = folder.resolve("expected.safetensors");
        try (NDManager manager = Dictionaries.manager();
                Safetensors expected = Safetensors.open(fixture("topk").resolve("expected.safetensors"))) {
            Map<String, NDArray> tensors = new HashMap<>();
            expected.names().forEach(tensor -> tensors.put(tensor, expected.load(manager, tensor)));
            tensors.put(name, tensors.getOrDefault(name, tensors.get("x")).add(difference));
            Safetensors.write(file, tensors, Map.of());
        }
        return SaeVerification.run(fixture("topk"), file, 1e-4);
    }
}
