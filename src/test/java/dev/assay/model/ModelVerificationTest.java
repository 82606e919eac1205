package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.checkpoint.ComparisonReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelVerificationTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "gpt_neox, false",
        "gpt_neox, true",
        "gpt2, false",
        "gpt2, true",
        "gpt2_hub_keys, false",
        "gpt2_hub_keys, true"
    })
    void computesWhatHuggingFaceDoes(String name, boolean legacyConfig) throws IOException {
        Fixtures.copy(name, folder, legacyConfig);
        try (HookedTransformer model = HookedTransformer.load(folder)) {
            ComparisonReport report = ModelVerification.compare(model, Fixtures.expected(name), 1e-4);
            assertEquals(List.of(), report.unknown());
            assertTrue(report.passed(), report::toString);
            report.differences().forEach((tensor, difference) -> {
                if (!tensor.contains("logits") && !tensor.contains("loss")) {
                    assertTrue(difference <= 1e-5, tensor + " differs by " + difference);
                }
            });
        }
    }
}
