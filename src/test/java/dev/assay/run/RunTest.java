package dev.assay.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.cli.Assay;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run folder written from Java, opened from Java and by the commands. */
@Tag("slow")
class RunTest {
    private static final String MODEL = "assay/stories";
    private static final HookPoint SITE = HookPoint.residPost(1);

    @TempDir
    private static Path folder;

    @TempDir
    private Path temporary;

    @BeforeAll
    static void train() throws IOException {
        write(folder);
    }

    private static void write(Path to) throws IOException {
        TextDescription text = TextDescription.of("assay/stories/60").withContexts(32, false);
        RunDescription description = RunDescription.of(MODEL, SITE.name(), text);
        RunWriter writer = RunWriter.begin(to, description);
        try (HookedTransformer model = HookedTransformer.load(MODEL);
                SparseAutoencoder sae = SaeTrainer.of(TopK.of(4))
                        .source(ActivationSource.of(model, SITE, description.corpus(model.tokenizer())))
                        .dictionarySize(64)
                        .tokens(2000)
                        .batchSize(100)
                        .seed(3)
                        .output(to)
                        .train()) {
            writer.write(sae);
        }
    }

    private static String assay(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertEquals(0, Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments), err::toString);
        return out.toString();
    }

    private Path copyOfDictionary() throws IOException {
        Path copy = Files.createDirectory(temporary.resolve("dictionary"));
        for (String name : List.of("cfg.json", "sae_weights.safetensors")) {
            Files.copy(folder.resolve(name), copy.resolve(name));
        }
        return copy;
    }

    @Test
    void writesTheFilesOfTheTrainCommand() throws IOException {
        Path other = temporary.resolve("other");
        assay(
                "train",
                "--model",
                MODEL,
                "--text",
                "assay/stories/60",
                "--context",
                "32",
                "--hook",
                SITE.name(),
                "--k",
                "4",
                "--d-sae",
                "64",
                "--tokens",
                "2000",
                "--batch",
                "100",
                "--seed",
                "3",
                "--out",
                "" + other);
        for (String name : List.of("run.json", "cfg.json", "sae_weights.safetensors", "sparsity.safetensors")) {
            assertEquals(-1, Files.mismatch(folder.resolve(name), other.resolve(name)), name);
        }
    }

    @Test
    void opensEveryPartOnceAndClosesThem() throws IOException {
        SparseAutoencoder sae;
        try (Run run = Run.open(folder)) {
            assertEquals(List.of(SITE.name()), run.description().hooks());
            assertEquals(SITE, run.point());
            sae = run.dictionary();
            assertSame(sae, run.dictionary());
            assertSame(run.model(), run.model());
            assertSame(run.corpus(), run.corpus());
            assertEquals("60 generated stories (seed 2)", run.corpus().description());
            assertEquals(64, sae.dSae());
        }
        assertThrows(IllegalStateException.class, () -> sae.weights().encoder().toFloatArray());
    }

    @Test
    void collectsFeaturesOnceAndInspectsThem() throws IOException {
        Path copy = copyOfDictionary();
        Files.copy(folder.resolve("run.json"), copy.resolve("run.json"));
        try (Run run = Run.loader().featureTokens(500).open(copy)) {
            assertThrows(InvalidInputException.class, run::storedFeatures);
            assertSame(run.features(), run.features());
            assertTrue(run.features().tokens() >= 500);
            assertEquals(3, run.inspector().strongest(3).size());
        }
        byte[] stored = Files.readAllBytes(copy.resolve("features/features.json"));
        try (Run run = Run.open(copy)) {
            assertEquals(3, run.inspector().strongest(3).size());
            Path page = temporary.resolve("page.html");
            run.dashboard().write(page);
            assertTrue(Files.readString(page).contains("Features of dictionary"));
        }
        assertEquals(new String(stored), Files.readString(copy.resolve("features/features.json")));
    }

    @Test
    void reportsOriginOfTheDictionary() throws IOException {
        try (Run run = Run.open(folder)) {
            Provenance provenance = run.provenance();
            assertEquals(MODEL, provenance.model().name());
            assertEquals("float32", provenance.model().precision());
            assertEquals(List.of(SITE.name()), provenance.reads());
            assertEquals(List.of(SITE.name()), provenance.writes());
            assertEquals("60 generated stories (seed 2)", provenance.text().description());
            assertEquals(2000, provenance.text().tokens());
            assertEquals(Map.of("training", 3L), provenance.seeds());
            assertEquals(SITE.name() + " of assay/stories on 60 generated stories (seed 2)", provenance.summary());
        }
    }

    @Test
    void readsFiguresThatEvaluateWrites() throws IOException {
        Path copy = copyOfDictionary();
        Files.copy(folder.resolve("run.json"), copy.resolve("run.json"));
        try (Run run = Run.open(copy)) {
            assertEquals(Map.of(), run.evaluation());
            assay("evaluate", copy.toString(), "--tokens", "100", "--baselines", "random", "--seed", "5");
            assertTrue(run.evaluation().get("explained_variance") > 0);
            assertEquals(4, run.evaluation().get("l0"));
            var stored = Json.read(copy.resolve("evaluation.json")).get("provenance");
            assertEquals("only one of 20 documents", stored.get("part").textValue());
            assertEquals(
                    run.evaluation().get("tokens").longValue(),
                    stored.get("tokens").longValue());
            assertEquals(5, stored.get("seeds").get("baselines").intValue());
            assertEquals(
                    ParentArtifact.DICTIONARY,
                    stored.get("parents").get(0).get("kind").textValue());
            assertFalse(stored.get("parents").get(0).get("hash").textValue().isEmpty());
        }
    }

    @Test
    void recordsSitesOfATranscoderInStoreAndFigures() throws IOException {
        Path transcoder = temporary.resolve("transcoder");
        String read = "blocks.1.ln2.hook_normalized";
        String written = "blocks.1.hook_mlp_out";
        List<String> command = new ArrayList<>(
                List.of("train", "--model", MODEL, "--text", "assay/stories/60", "--context", "32", "--hook", read));
        command.addAll(List.of("--target", written, "--k", "4", "--d-sae", "64", "--tokens", "1000"));
        command.addAll(List.of("--batch", "100", "--out", transcoder.toString()));
        assay(command.toArray(String[]::new));
        try (Run run = Run.loader().featureTokens(500).open(transcoder)) {
            for (Provenance found :
                    List.of(run.provenance(), run.features().provenance(), run.heldOutProvenance(100))) {
                assertEquals(List.of(read), found.reads());
                assertEquals(List.of(written), found.writes());
            }
        }
        try (Run run = Run.open(transcoder)) {
            assertEquals(List.of(written), run.storedFeatures().provenance().writes());
            assertEquals(3, run.inspector().strongest(3).size());
        }
    }

    @Test
    void opensDictionaryWithoutDescriptionByItsMetadata() throws IOException {
        Path copy = copyOfDictionary();
        try (Run run = Run.open(copy)) {
            assertEquals(MODEL, run.description().model());
            assertEquals(32, run.description().text().contextLength());
            String message =
                    assertThrows(InvalidInputException.class, run::corpus).getMessage();
            assertTrue(message.startsWith(copy + " does not say which text to read"), message);
        }
        try (Run run = Run.loader().text("assay/stories/9").open(copy)) {
            assertEquals("9 generated stories (seed 2)", run.corpus().description());
        }
    }

    @Test
    void dictionarySavedIntoTheOutputFolderOfItsRunOpensInEveryCommand() throws IOException {
        Path out = temporary.resolve("from-java");
        try (HookedTransformer model = HookedTransformer.load(MODEL);
                SparseAutoencoder sae = SaeTrainer.of(TopK.of(4))
                        .source(ActivationSource.of(
                                model,
                                SITE,
                                TextDescription.of("assay/stories/60")
                                        .withContexts(32, false)
                                        .corpus(model.tokenizer())))
                        .dictionarySize(64)
                        .tokens(500)
                        .batchSize(100)
                        .output(out)
                        .train()) {
            sae.save(out);
        }
        assay("evaluate", out.toString(), "--text", "assay/stories/60", "--tokens", "100");
        assay("inspect", out.toString(), "--text", "assay/stories/60", "--tokens", "300", "--top", "2");
        assay("steer", out.toString(), "--prompt", "Tom saw", "--feature", "3=4", "--new-tokens", "2");
        assay("compare", out.toString(), folder.toString());
    }

    @Test
    void rejectsFolderOfAnotherRun() {
        RunDescription other = RunDescription.of(MODEL, SITE.name(), TextDescription.of("assay/stories/61"));
        String message = assertThrows(InvalidInputException.class, () -> RunWriter.begin(folder, other))
                .getMessage();
        assertTrue(message.startsWith(folder + " holds another run"), message);
    }

    @Test
    void dictionariesOpenedTogetherShareOneModel() throws IOException {
        try (DictionaryGroup group = Run.loader().openTogether(List.of(folder, folder), List.of())) {
            assertEquals(2, group.size());
            assertEquals(SITE, group.point(1));
            assertSame(group.model(), group.model());
            assertEquals(64, group.dictionary(1).dSae());
        }
        assertThrows(
                InvalidInputException.class,
                () -> Run.loader().openTogether(List.of(folder), List.of(SITE.name(), SITE.name())));
    }
}
