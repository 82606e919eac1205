package dev.assay.verify.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaeBenchGroupsTest {
    private static final Path CASES = Path.of("src/test/resources/reference/saebench");

    private static ReferenceReport run(Path folder) throws IOException {
        return ReferenceVerification.find(folder).get(0).run();
    }

    private static Path changed(String name, Path target, Consumer<ObjectNode> change) throws IOException {
        try (Stream<Path> files = Files.list(CASES.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        Path expected = target.resolve("expected.json");
        ObjectNode json = (ObjectNode) Json.read(expected);
        change.accept(json);
        Files.writeString(expected, json.toString());
        return target;
    }

    private static List<String> failed(ReferenceReport report) {
        return report.values().stream()
                .filter(value -> !value.passed())
                .map(ValueDifference::value)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"absorption", "core", "tpp_padded", "scr_padded"})
    void recordedCasePasses(String name) throws IOException {
        ReferenceReport report = run(CASES.resolve(name));
        assertEquals("saebench/" + name, report.group());
        assertTrue(report.passed(), report.toText());
        assertFalse(report.toText().contains("WRONG_"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tpp_padded", "scr_padded"})
    void accuraciesWithPaddedPositionsOfTheReferenceFail(String name, @TempDir Path folder) throws IOException {
        ReferenceReport report =
                run(changed(name, folder, json -> json.set("accuracies", json.get("WRONG_padding_accuracies"))));
        List<String> failed = failed(report);
        assertTrue(
                !failed.isEmpty() && failed.stream().allMatch(value -> value.startsWith("accuracies.")),
                report::toText);
    }

    @Test
    void explainedVarianceAndErrorOfTheReferenceFail(@TempDir Path folder) throws IOException {
        ReferenceReport report = run(changed("core", folder, json -> {
            ObjectNode statistics = (ObjectNode) json.at("/ignoring/sparsity_variance");
            statistics.set("explained_variance", statistics.get("WRONG_explained_variance"));
            statistics.set("mse_summed_over_dims", statistics.get("WRONG_mse"));
        }));
        assertEquals(List.of("ignoring.explained_variance", "ignoring.mse_summed_over_dims"), failed(report));
    }

    @Test
    void metricThatTheReferenceOmitsOnATieIsNotCompared(@TempDir Path folder) throws IOException {
        ReferenceReport report = run(changed(
                "scr_padded", folder, json -> ((ObjectNode) json.get("scores")).remove("scr_metric_threshold_1")));
        assertTrue(report.passed(), report.toText());
        assertTrue(report.values().stream().noneMatch(value -> value.value().equals("scores.scr_metric_threshold_1")));
    }

    @Test
    void changedThresholdChangesTheAbsorption(@TempDir Path folder) throws IOException {
        ReferenceReport report = run(changed(
                "absorption",
                folder,
                json -> ((ObjectNode) json.get("thresholds")).put("probe_projection_proportion_threshold", 0.9)));
        assertTrue(
                failed(report).containsAll(List.of("per_word.absorption_fraction", "mean_full_absorption_rate")),
                report::toText);
    }
}
