package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.checkpoint.ComparisonReport;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class ModelVerificationTest {
    @TempDir
    Path folder;

    static Stream<Arguments> cases() {
        return Fixtures.NAMES.stream().flatMap(name -> Stream.of(Arguments.of(name, false), Arguments.of(name, true)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matchesHuggingFace(String name, boolean legacyConfig) throws IOException {
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
