package dev.assay.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.text.BosRule;
import dev.assay.text.Corpus;
import dev.assay.text.HoldOut;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDescriptionTest {
    @TempDir
    private Path folder;

    private static RunDescription run(List<String> text, String heldOutBy, int window, long seed) {
        return new RunDescription(
                "m",
                List.of("h"),
                new TextDescription(text, "text", 16, false, 5, 0, heldOutBy, window, seed),
                null,
                Precision.FLOAT32);
    }

    private static Corpus corpus(RunDescription run) throws Exception {
        Path fixture = Path.of(
                HookedTransformer.class.getResource("gpt_neox/tokenizer.json").toURI());
        try (Tokenizer tokenizer = Tokenizer.load(fixture)) {
            return run.corpus(tokenizer);
        }
    }

    @Test
    void readsWrittenDescription() throws IOException {
        RunDescription run = new RunDescription(
                "m.pt",
                List.of("h"),
                new TextDescription(List.of("0.7:assay/stories/9", ".3:a.txt"), "text", 16, false, 5, 0, "hash", 10, 7),
                "t",
                Precision.BFLOAT16);
        run.write(folder);
        assertEquals(run, RunDescription.read(folder));
        // Another model has its own tokenizer.
        assertNull(run.withModel("other").tokenizer());
        assertEquals(Precision.BFLOAT16, run.withModel("other").precision());
    }

    @Test
    void beginningARunKeepsTheChoiceOfBosThatItsFolderStores() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.load(Path.of(
                HookedTransformer.class.getResource("gpt_neox/tokenizer.json").toURI()))) {
            RunDescription run = RunDescription.of("m", "h", TextDescription.of("t"));
            assertEquals(BosRule.OMIT, run.resolved(tokenizer, folder).text().bos());
            run.withText(run.text().withContexts(128, true)).save(folder);
            Files.createDirectory(folder.resolve("checkpoints"));
            assertEquals(BosRule.PREPEND, run.resolved(tokenizer, folder).text().bos());
            RunDescription told = run.withText(run.text().withContexts(128, false));
            assertEquals(told, told.resolved(tokenizer, folder));
        }
    }

    @Test
    void readsUnresolvedRuleOfBos() throws IOException {
        RunDescription run = RunDescription.of("m", "h", TextDescription.of("t"));
        run.save(folder);
        assertEquals(BosRule.TOKENIZER, RunDescription.read(folder).text().bos());
        Files.writeString(folder.resolve(RunLayout.DESCRIPTION), """
                {"model": "m", "hook": "h", "text": ["a"], "prepend_bos": "sometimes"}
                """);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> RunDescription.read(folder));
        assertTrue(e.getMessage().contains("prepend_bos is \"sometimes\""), e.getMessage());
    }

    @Test
    void rejectsJsonThatIsNoObject() throws IOException {
        for (String text : List.of("null", "[]", "3")) {
            Files.writeString(folder.resolve(RunLayout.DESCRIPTION), text);
            InvalidInputException e = assertThrows(InvalidInputException.class, () -> RunDescription.read(folder));
            assertTrue(e.getMessage().endsWith("expected a JSON object"), e.getMessage());
        }
    }

    @Test
    void rejectsUnknownPrecisionByName() throws IOException {
        Files.writeString(folder.resolve(RunLayout.DESCRIPTION), """
                {"model": "m", "hook": "h", "text": ["a"], "precision": "int8"}
                """);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> RunDescription.read(folder));
        assertTrue(e.getMessage().contains("int8") && e.getMessage().contains("bfloat16"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void readsMissingFieldsAsDefaults() throws Exception {
        Files.writeString(folder.resolve(RunLayout.DESCRIPTION), """
                {"model": "m", "hook": "h", "text": ["assay/stories/9"], "text_field": "text", "context_length": 16,
                 "prepend_bos": false, "held_out_every": 5, "chunk_characters": 0}
                """);
        RunDescription read = RunDescription.read(folder);
        assertEquals(run(List.of("assay/stories/9"), "position", 0, 0), read);
        assertEquals(Precision.FLOAT32, read.precision());
        // The seed has no effect on text that is neither mixed nor shuffled.
        assertEquals(run(List.of("assay/stories/9"), "position", 0, 77), read);
        assertEquals(new HoldOut(HoldOut.Rule.POSITION, 5), corpus(read).holdOut());
        assertEquals("9 generated stories (seed 2)", corpus(read).description());
    }

    @Test
    void buildsMixedShuffledAndSplitCorpus() throws Exception {
        Path lines = Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"a\"}\n");
        Corpus corpus = corpus(run(List.of("3:assay/stories/9", "1:" + lines), "hash", 10, 7));
        assertEquals(new HoldOut(HoldOut.Rule.HASH, 5), corpus.holdOut());
        assertEquals(
                "mixture of 75.00% 9 generated stories (seed 2) + 25.00% a.jsonl (seed 7)"
                        + " shuffled in a window of 10 documents (seed 7)",
                corpus.description());
        RunDescription other = Run.loader().text("assay/stories/3").applyTo(run(List.of("a.txt"), "hash", 10, 7));
        assertEquals(List.of("assay/stories/3"), other.text().sources());
        assertEquals(run(List.of("assay/stories/3"), "hash", 10, 7), other);
    }

    @Test
    void parsesNumberAndColonAsWeight() {
        for (String text :
                List.of("a.txt", "C:\\data\\a.txt", "C:/data/*.txt", "./0.5:a.txt", "x0.5:a", "0.5", ":a", "-1:a")) {
            assertFalse(WeightedName.areMixed(List.of(text)), text);
        }
        assertEquals(new WeightedName(0.5, "C:\\data\\a.txt"), WeightedName.parse("0.5:C:\\data\\a.txt"));
        assertEquals(new WeightedName(0.5, "a"), WeightedName.parse(".5:a"));
        assertEquals(new WeightedName(7, "a"), WeightedName.parse("7:a"));
        assertEquals(new WeightedName(7, "a"), WeightedName.parse("7.:a"));
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> WeightedName.areMixed(List.of("1:a.txt", "b.txt")));
        assertTrue(e.getMessage().startsWith("text b.txt has no weight and others have"), e.getMessage());
    }

    @Test
    void writesOneSiteAsAStringAndSeveralAsAList() throws IOException {
        RunDescription one = RunDescription.of("m", "h", TextDescription.of("t"));
        one.save(folder);
        assertEquals("h", Json.read(folder.resolve("run.json")).path("hook").textValue());
        RunDescription two = one.at(List.of("a", "b"));
        two.save(folder);
        assertEquals(
                "[\"a\",\"b\"]",
                Json.read(folder.resolve("run.json")).path("hook").toString());
        assertEquals(two, RunDescription.read(folder));
    }

    @Test
    void readsSitesJoinedByCommasAsSeveral() throws IOException {
        Files.writeString(folder.resolve("run.json"), "{\"model\": \"m\", \"hook\": \"a,b\", \"text\": [\"t\"]}");
        assertEquals(List.of("a", "b"), RunDescription.read(folder).hooks());
    }

    @Test
    void survivesJavaSerialization() throws Exception {
        RunDescription run = run(List.of("3:assay/stories/9", "1:a.jsonl"), "hash", 10, 7);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(run);
        }
        try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertEquals(run, stream.readObject());
        }
    }

    @Test
    void resumesRunAtExportedSiteWithComma() throws IOException {
        RunDescription run = RunDescription.of("m.onnx", "a,b", TextDescription.of("t"));
        run.write(folder);
        Files.createDirectory(folder.resolve("checkpoints"));
        run.write(folder);
        assertThrows(InvalidInputException.class, () -> run.at(List.of("a")).write(folder));
    }
}
