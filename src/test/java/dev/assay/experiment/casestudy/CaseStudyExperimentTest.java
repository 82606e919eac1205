package dev.assay.experiment.casestudy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CaseStudyExperimentTest {
    @Test
    void quickFormFindsPlantedCausesAndLinksStudies(@TempDir Path folder) throws IOException {
        ExperimentReport report = Experiments.run(
                Experiments.named("case-study"), ExperimentOptions.of(folder).asQuick(), line -> {});
        JsonNode planted = report.table("planted").toJson().at("/rows/0");
        assertEquals(100, planted.get("instances").asInt());
        assertTrue(planted.get("first").asInt() >= 95, planted.toString());
        assertTrue(planted.get("chance").asDouble() < 10, planted.toString());
        JsonNode features = report.table("features").toJson().get("rows");
        assertFalse(features.isEmpty());
        for (JsonNode row : features) {
            assertTrue(
                    Files.isRegularFile(folder.resolve(row.get("feature_target").asText())), row.toString());
            String cause = row.get("cause_target").asText();
            assertTrue(Files.isRegularFile(folder.resolve(cause.substring(0, cause.indexOf('#')))), cause);
            assertTrue(row.get("share").asDouble() > 0);
        }
        assertTrue(Double.isFinite(
                report.table("causes").estimate(0, "share_random_weights").mean()));
    }

    @Test
    void wrongSettingsAreOneSentence(@TempDir Path folder) {
        ExperimentOptions options = ExperimentOptions.of(folder).asQuick();
        assertTrue(refusal(options.withSetting("layers", "1")).endsWith("expected at least two blocks"));
        assertTrue(refusal(options.withSetting("layers", "1,9")).contains("expected auto, or integers from 0 to 3"));
        assertEquals(
                "setting layers is \"0,1.5\", expected auto, or integers from 0 to 3, separated by commas",
                refusal(options.withSetting("layers", "0,1.5")));
        assertTrue(refusal(options.withSetting("features", "96")).contains("expected auto, or integers from 0 to 95"));
        assertTrue(refusal(options.withSetting("active", "97")).contains("at most the number of latents, 96"));
    }

    private static String refusal(ExperimentOptions options) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> Experiments.run(Experiments.named("case-study"), options, line -> {}))
                .getMessage();
    }
}
