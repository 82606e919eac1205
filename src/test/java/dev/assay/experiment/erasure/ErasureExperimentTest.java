package dev.assay.experiment.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ErasureExperimentTest {
    private static final int NO_EDIT = 0;
    private static final int FEATURE = 1;
    private static final int LEACE = 5;

    @TempDir
    private Path folder;

    private ExperimentReport run(ExperimentOptions options) throws IOException {
        return Experiments.run(Experiments.named("erasure"), options, line -> {});
    }

    private static double mean(ResultTable table, int row, String key) {
        return table.estimate(row, key).mean();
    }

    @Test
    void leaceLeavesALinearProbeAtChanceOnHeldOutTextAndRandomEditsDoNot() throws IOException {
        ExperimentOptions options = ExperimentOptions.of(folder.resolve("out")).asQuick();
        ExperimentReport report = run(options);

        ResultTable probes = report.table("probes");
        double unedited = mean(probes, NO_EDIT, "linear");
        assertTrue(unedited > 0.7, "accuracy without an edit " + unedited);
        assertEquals(0.5, mean(probes, NO_EDIT, "linear_random"), 0.15);
        assertEquals(0.5, mean(probes, LEACE, "linear"), 0.01);
        assertEquals(0.5, mean(probes, LEACE, "auroc"), 0.01);
        assertEquals(unedited, mean(probes, LEACE, "linear_random"), 0.1);
        assertTrue(mean(probes, LEACE, "linear_random_weights") > 0.6);

        ResultTable behaviour = report.table("behaviour");
        double probability = mean(behaviour, NO_EDIT, "probability");
        assertTrue(probability > 0.85, "probability without an edit " + probability);
        assertEquals(0.5, mean(behaviour, NO_EDIT, "probability_random_weights"), 0.05);
        assertTrue(mean(behaviour, behaviour.size() - 1, "probability") < probability - 0.1);
        assertEquals(probability, mean(behaviour, behaviour.size() - 1, "probability_random"), 0.02);
        assertTrue(mean(behaviour, FEATURE, "kl") > 5 * mean(behaviour, FEATURE, "kl_random"));

        // Attention reads the concept again from the tokens that were not edited.
        ResultTable depth = report.table("depth");
        int leaceOfLastToken = depth.size() - 4;
        assertTrue(mean(depth, leaceOfLastToken, "linear") > 0.6);

        assertEquals(0, run(options).computedCells());
        for (String file : List.of("tables/probes.csv", "tables/depth.json", "figures/depth.png", "index.html")) {
            assertTrue(Files.size(folder.resolve("out").resolve(file)) > 0);
        }
    }

    @Test
    void unusableSettingsAreRefusedInOneSentence() {
        ExperimentOptions options = ExperimentOptions.of(folder.resolve("out")).asQuick();
        assertRefused("setting layer is 4, expected 0 to 3", options.withSetting("layer", "4"));
        assertRefused(
                "setting layer is \"first\", expected a block from 0, or middle",
                options.withSetting("layer", "first"));
        assertRefused(
                "setting words has the entry \"he\", expected two words such as he/she",
                options.withSetting("words", "he"));
        assertRefused(
                "the tokenizer writes none of the pairs xylophone/accordion as one token each, expected at least one;"
                        + " name pairs with --set words=WORD/WORD,…",
                options.withSetting("words", "xylophone/accordion"));
        assertRefused(
                "setting words has \"she\" in both classes, expected different words",
                options.withSetting("words", "he/she,she/her"));
        assertRefused(
                "setting features has 512, expected at most the 256 latents", options.withSetting("features", "1,512"));
        assertFalse(Files.exists(folder.resolve("out/cells/base-seed0.json")));
    }

    @Test
    void textWithTooFewPromptsIsRefusedInOneSentence() {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> run(ExperimentOptions.of(folder.resolve("out"))
                                .asQuick()
                                .withText("assay/stories/6")))
                .getMessage();
        assertTrue(message.contains("expected at least 8: use more text"), message);
    }

    private void assertRefused(String message, ExperimentOptions options) {
        assertEquals(
                message,
                assertThrows(InvalidInputException.class, () -> run(options)).getMessage());
    }
}
