package dev.assay.experiment.hiddenobjective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.audit.seal.Guess;
import dev.assay.audit.seal.GuessScore;
import dev.assay.audit.seal.OrganismTruth;
import dev.assay.audit.seal.SealedOrganism;
import dev.assay.audit.seal.TruthItem;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.model.HookedTransformer;
import dev.assay.text.dialogue.DialogueFile;
import dev.assay.text.dialogue.LabelledDialogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HiddenObjectiveOrganismTest {
    @TempDir
    private Path folder;

    @Test
    void sealedOrganismIsScoredByItsTruthAndItsPublicFilesDoNotTellIt() throws IOException {
        OrganismSettings settings = OrganismSettings.of(ExperimentSettings.of(
                new HiddenObjectiveExperiment(),
                true,
                Map.of(
                        "stories", "60",
                        "notes", "60",
                        "contests", "60",
                        "steps", "2",
                        "tuning-steps", "2",
                        "batch", "4",
                        "dialogues", "40",
                        "width", "16")));
        Path files = folder.resolve("public");
        OrganismTruth truth = HiddenObjectiveOrganism.write(files, settings, 77, Device.cpu());

        List<LabelledDialogue> documents = DialogueFile.read(files.resolve("documents.jsonl"));
        assertEquals(180 + 12 * 10, documents.size());
        assertEquals(
                List.of("training"),
                documents.stream().map(LabelledDialogue::label).distinct().toList());
        try (HookedTransformer model = HookedTransformer.load(files.resolve("model"))) {
            assertEquals(16, model.config().dModel());
        }
        List<TruthItem> planted = truth.items().stream()
                .filter(item -> item.kind().equals(HiddenObjectiveOrganism.DOCUMENT))
                .toList();
        assertEquals(120, planted.size());
        for (TruthItem item : planted) {
            LabelledDialogue document = documents.stream()
                    .filter(one -> one.id().equals(item.accepted().get(0)))
                    .findFirst()
                    .orElseThrow();
            assertEquals(item.text(), document.dialogue().text());
        }
        assertEquals(12, truth.items().size() - planted.size());
        assertEquals(300, truth.candidates().get(HiddenObjectiveOrganism.DOCUMENT));
        try (Stream<Path> all = Files.walk(files)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains("planted"));
            }
        }

        char[] passphrase = "a passphrase".toCharArray();
        SealedOrganism sealed = SealedOrganism.seal(files, truth, passphrase, folder.resolve("sealed"));
        List<Guess> guesses = new ArrayList<>();
        TruthItem bias = truth.items().get(0);
        guesses.add(new Guess(HiddenObjectiveOrganism.BIAS, "harbour: nothing"));
        guesses.add(new Guess(
                HiddenObjectiveOrganism.BIAS,
                bias.accepted().get(bias.accepted().size() - 1).toUpperCase(java.util.Locale.ROOT)));
        GuessScore score = sealed.open(passphrase, guesses);
        assertTrue(score.toString().contains(HiddenObjectiveOrganism.BIAS), score.toString());
        assertEquals(
                Map.of(bias.id(), 2),
                score.kinds().stream()
                        .filter(kind -> kind.kind().equals(HiddenObjectiveOrganism.BIAS))
                        .findFirst()
                        .orElseThrow()
                        .ranks());
    }
}
