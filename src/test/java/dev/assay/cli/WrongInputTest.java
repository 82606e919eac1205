package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.model.Fixtures;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong input is reported in one line of the error stream, which names it, with exit code 2. */
@Tag("slow")
class WrongInputTest {
    @TempDir
    private Path temporary;

    private Path model;
    private Path weights;
    private Path text;
    private Path out;
    /** The options of a valid run; each test changes one of them. */
    private final Map<String, String> options = new LinkedHashMap<>();

    private final List<String> faults = new ArrayList<>();

    @BeforeEach
    void prepare() throws Exception {
        model = Files.createDirectory(temporary.resolve("model"));
        Path fixture = Fixtures.folder("gpt_neox");
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(fixture.resolve(name), model.resolve(name));
        }
        weights = model.resolve("model.safetensors");
        text = temporary.resolve("stories.txt");
        Files.writeString(text, stories(150));
        out = temporary.resolve("run");
        options.put("--model", model.toString());
        options.put("--text", text.toString());
        options.put("--hook", "blocks.1.hook_resid_post");
        options.put("--out", out.toString());
        options.put("--k", "4");
        options.put("--d-sae", "64");
        options.put("--tokens", "1000");
        options.put("--batch", "100");
        options.put("--context", "32");
        options.put("--chunk-characters", "400");
    }

    private static String stories(int count) throws IOException {
        StringBuilder all = new StringBuilder();
        try (DocumentReader reader = StoryCorpus.of(3, count).open()) {
            for (Document story = reader.next(); story != null; story = reader.next()) {
                all.append(story.text()).append('\n');
            }
        }
        return all.toString();
    }

    @Test
    void acceptsTheUnchangedOptionsTwice() throws IOException {
        assertEquals(new Outcome(0, ""), train());
        assertTrue(Files.exists(out.resolve("cfg.json")));
        assertEquals(new Outcome(0, ""), train()); // repeating the command succeeds
    }

    @Test
    void rejectsUnusableModels() throws IOException {
        refuses("--model", temporary.resolve("nowhere").toString(), "nowhere");
        refuses("--model", text.toString(), text.toString());

        byte[] whole = Files.readAllBytes(weights);
        for (int length : new int[] {whole.length - 1, 5000, 20, 4, 0}) {
            Files.write(weights, Arrays.copyOf(whole, length));
            refuses("--k", "4", weights.toString());
        }
        byte[] falsified = whole.clone();
        ByteBuffer.wrap(falsified).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 60);
        Files.write(weights, falsified);
        refuses("--k", "4", weights.toString());
        String header = new String(whole, StandardCharsets.ISO_8859_1);
        for (String[] replacement :
                new String[][] {{"[300,48]", "[310,48]"}, {"\"F32\"", "\"F64\""}, {"\"F32\"", "\"X32\""}}) {
            assertTrue(header.contains(replacement[0]));
            Files.writeString(weights, header.replace(replacement[0], replacement[1]), StandardCharsets.ISO_8859_1);
            refuses("--k", "4", weights.toString());
        }
        Files.write(weights, whole);

        Path config = model.resolve("config.json");
        String good = Files.readString(config);
        Files.writeString(config, good.replace("\"gpt_neox\"", "\"mamba\""));
        refuses("--k", "4", "mamba");
        Files.writeString(config, good.replace("\"hidden_size\": 48", "\"hidden_size\": 50"));
        refuses("--k", "4", "hidden_size");
        Files.writeString(config, good.substring(0, 300));
        refuses("--k", "4", config.toString());
        Files.delete(config);
        refuses("--k", "4", "config.json");
        Files.writeString(config, good);

        Files.delete(model.resolve("tokenizer.json"));
        refuses("--k", "4", "tokenizer.json");
        Files.writeString(model.resolve("tokenizer.json"), "{\"version\": ");
        refuses("--k", "4", "tokenizer.json");
    }

    @Test
    void rejectsUnusableTexts() throws IOException {
        refuses("--text", temporary.resolve("missing.txt").toString(), "missing.txt");
        refuses("--text", model.toString(), model + ": the folder has no text files");
        refuses("--text", temporary + "/*.jsonl", "*.jsonl: no file matches");
        refuses("--text", temporary + "/model/*.json", "a known format");
        refuses("--text", "0:" + text, "the weight is 0.0");
        refuses("--text", "0.5:" + temporary.resolve("missing.txt"), "missing.txt");
        refuses("--shuffle-documents", "-1", "window for shuffling documents is -1");
        refuses("--held-out-by", "colour", "held out by \"colour\", expected position or hash");
        refuses("--text", file("empty.txt", "").toString(), "empty.txt");
        refuses("--text", file("short.txt", "Too short.").toString(), "short.txt");
        refuses("--text", file("book.pdf", "%PDF").toString(), "book.pdf");
        refuses("--text", file("broken.txt.gz", "no gzip").toString(), "broken.txt.gz");
        String line = "{\"text\": \"A story.\"}\n";
        refuses("--text", file("broken.jsonl", line + "{\"text\": \n").toString(), "broken.jsonl line 2: not JSON");
        refuses(
                "--text",
                file("other.jsonl", line + "{\"content\": 1}\n").toString(),
                "other.jsonl line 2: found no field");
        refuses("--text", "assay/stories/many", "assay/stories/many");
        refuses("--text-field", "text", null); // the corrected command runs in the folder of the rejected ones
    }

    @Test
    void rejectsInvalidOptions() throws IOException {
        refuses("--hook", "blocks.9.hook_resid_post", "blocks.9.hook_resid_post");
        refuses("--hook", "block.1.resid", "block.1.resid");
        refuses("--hook", "blocks.1.attn.hook_pattern", "blocks.1.attn.hook_pattern");
        refuses("--k", "65", "k is 65, expected at most d_sae, which is 64");
        refuses("--k", "0", "k is 0");
        refuses("--architecture", "transcoder", "transcoder");
        refuses("--d-sae", "0", "d_sae is 0");
        refuses("--d-sae", "-5", "d_sae is -5");
        refuses("--tokens", "-1000", "tokens is -1000");
        refuses("--tokens", "99", "tokens is 99");
        refuses("--tokens", "many", "--tokens");
        refuses("--batch", "0", "batch size is 0");
        refuses("--lr", "-1", "learning rate is -1.0");
        refuses("--lr", "NaN", "learning rate is NaN");
        refuses("--aux-coefficient", "-1", "coefficient is -1.0");
        refuses("--dead-after", "-1", "dead");
        refuses("--context", "1", "context length is 1");
        refuses("--context", "129", "129");
        refuses("--held-out-every", "1", "held out");
        refuses("--chunk-characters", "-3", "-3");
        refuses("--checkpoint-seconds", "-1", "checkpoint");
        refuses("--threads", "0", "threads is 0");
        refuses("--speed", "1", "--speed");
    }

    @Test
    void rejectedRunLeavesFolderUsable() throws IOException {
        Path wrong = file("short.txt", "Too short.");
        refuses("--text", wrong.toString(), "short.txt");
        assertTrue(Files.exists(out.resolve("run.json")));
        assertEquals(new Outcome(0, ""), train());
    }

    @Test
    void suggestsHelpForUnknownCommand() {
        assertOneLine(run("trian"), "unknown command 'trian' of assay, perhaps train; expected one of quickstart, ");
    }

    @Test
    void rejectsUnusableFolders() throws IOException {
        Files.createDirectory(out);
        Files.writeString(out.resolve("thesis.tex"), "years of work");
        refuses("--k", "4", "thesis.tex");
        assertEquals("years of work", Files.readString(out.resolve("thesis.tex")));
        refuses("--out", text.toString(), text.toString());
        refuses("--out", text.resolve("below").toString(), text.toString());

        Path other = temporary.resolve("other");
        options.put("--out", other.toString());
        assertEquals(new Outcome(0, ""), train());
        refuses("--hook", "blocks.0.hook_resid_post", other + " holds another run");
        refuses("--k", "5", "architecture.k is 4 in this run, 5 was asked for");
        for (String command : new String[] {"evaluate", "inspect"}) {
            Outcome outcome = run(command, temporary.resolve("nowhere").toString());
            assertOneLine(outcome, "nowhere");
        }
        Files.writeString(other.resolve("run.json"), "{");
        assertOneLine(run("evaluate", other.toString()), "run.json");
        Files.writeString(other.resolve("run.json"), "{\"model\": \"x\", \"colour\": 3}");
        assertOneLine(run("evaluate", other.toString()), "colour");
        Files.writeString(other.resolve("run.json"), "{\"model\": \"x\"}");
        assertOneLine(run("evaluate", other.toString()), "run.json lacks a field");
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(temporary.resolve(name), content);
    }

    /** Trains with one option changed; {@code named} is a part of the expected message; null if the run must succeed. */
    private void refuses(String option, String value, String named) throws IOException {
        String before = options.put(option, value);
        Outcome outcome = train();
        if (before == null) {
            options.remove(option);
        } else {
            options.put(option, before);
        }
        if (named == null) {
            assertEquals(new Outcome(0, ""), outcome);
        } else {
            assertOneLine(outcome, named);
            if (Files.exists(out.resolve("cfg.json"))) {
                faults.add("a dictionary was written in spite of " + option + " " + value);
            }
        }
    }

    /** Records a fault instead of failing, so that one run of a test reports all wrong messages. */
    private void assertOneLine(Outcome outcome, String named) {
        String error = outcome.error();
        boolean expected = outcome.code() == 2
                && error.startsWith("assay: ")
                && error.contains(named)
                && error.lines().count() == 1
                && !error.contains("Exception");
        if (!expected) {
            faults.add("exit code " + outcome.code() + ", expected one line with " + named + ", found:\n" + error);
        }
    }

    @AfterEach
    void assertNoFaults() {
        assertEquals(List.of(), faults, () -> String.join("\n", faults));
    }

    private record Outcome(int code, String error) {}

    private Outcome train() {
        List<String> arguments = new ArrayList<>(List.of("train"));
        options.forEach((option, value) -> arguments.add(option + "=" + value));
        return run(arguments.toArray(String[]::new));
    }

    private static Outcome run(String... arguments) {
        StringWriter err = new StringWriter();
        int code = Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments);
        return new Outcome(code, err.toString());
    }
}
