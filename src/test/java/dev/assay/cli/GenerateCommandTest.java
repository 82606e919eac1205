package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.LogProbabilities;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
    private static final String PROMPT = "One sunny morning, Nora";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private JsonNode json(String... arguments) throws IOException {
        assertEquals(0, run(arguments), err::toString);
        return Json.mapper().readTree(out.toString());
    }

    @Test
    void printsPromptsWithTheirContinuations() throws IOException {
        assertEquals(
                0,
                run("generate", "assay/stories", "--prompt", PROMPT, "--prompt", "Tom", "--new-tokens", "8"),
                err::toString);
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            String first = String.join(
                    "", model.tokenizer().texts(model.generate(model.tokenizer().encode(PROMPT), 8)));
            String second = String.join(
                    "", model.tokenizer().texts(model.generate(model.tokenizer().encode("Tom"), 8)));
            assertEquals(first + "\n---\n" + second + "\n", out.toString());
        }
    }

    @Test
    void printsTokensWithTheirLogProbabilitiesAsJson() throws IOException {
        JsonNode json = json(
                "generate",
                "assay/stories",
                "--prompt",
                PROMPT,
                "--new-tokens",
                "5",
                "--temperature",
                "0.9",
                "--top-k",
                "7",
                "--seed",
                "3",
                "--json");
        assertEquals("assay/stories", json.get("model").textValue());
        assertEquals(0.9, json.get("sampling").get("temperature").doubleValue());
        assertEquals(7, json.get("sampling").get("top_k").intValue());
        assertEquals(3, json.get("sampling").get("seed").intValue());
        JsonNode text = json.get("texts").get(0);
        assertEquals(PROMPT, text.get("prompt").textValue());
        JsonNode tokens = text.get("tokens");
        assertEquals(5, tokens.size());
        StringBuilder joined = new StringBuilder();
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            int[] ids = model.tokenizer().encode(PROMPT);
            assertEquals(ids.length, text.get("prompt_tokens").intValue());
            for (JsonNode token : tokens) {
                joined.append(token.get("text").textValue());
                int id = token.get("id").intValue();
                LogProbabilities expected = LogProbabilities.of(model.lastLogits(List.of(ids)));
                assertEquals(expected.of(id), token.get("log_probability").doubleValue(), 1e-3);
                assertTrue(expected.top(7).stream().anyMatch(each -> each.token() == id));
                ids = IntStream.concat(IntStream.of(ids), IntStream.of(id)).toArray();
            }
        }
        assertEquals(joined.toString(), text.get("text").textValue());
    }

    @Test
    void endsATextAtTheEndOfSequenceToken() throws IOException {
        String[] arguments = {
            "generate",
            "assay/stories",
            "--prompt",
            "Tom saw a dog.",
            "--new-tokens",
            "120",
            "--temperature",
            "1",
            "--seed",
            "4",
            "--json"
        };
        JsonNode ended = json(arguments).get("texts").get(0);
        String[] further = Arrays.copyOf(arguments, arguments.length + 1);
        further[arguments.length] = "--ignore-eos";
        JsonNode ignored = json(further).get("texts").get(0);
        assertEquals(120, ignored.get("tokens").size());
        int length = ended.get("tokens").size();
        assertEquals(length < 120, ended.get("ended").booleanValue());
        assertTrue(ended.get("ended").booleanValue(), "the story has an end within 120 tokens");
        for (int i = 0; i < length; i++) {
            assertEquals(
                    ended.get("tokens").get(i).get("id"),
                    ignored.get("tokens").get(i).get("id"));
        }
        String last = ended.get("tokens").get(length - 1).get("text").textValue();
        assertTrue(!last.isEmpty() && !ended.get("text").textValue().endsWith(last), last);
    }

    @Test
    void samplesDependOnTheSeed() {
        String[] arguments = {
            "generate", "assay/stories", "--prompt", PROMPT, "--temperature", "1", "--new-tokens", "12", "--seed", "1"
        };
        assertEquals(0, run(arguments), err::toString);
        String first = out.toString();
        assertEquals(0, run(arguments), err::toString);
        assertEquals(first, out.toString());
        arguments[9] = "2";
        assertEquals(0, run(arguments), err::toString);
        assertNotEquals(first, out.toString());
    }

    @Test
    void reportsUnusableInputInOneSentence(@TempDir Path folder) {
        expect("the prompt is empty, expected some text", "generate", "assay/stories", "--prompt", "");
        expect(
                "prompt 2 of 2 is empty, expected some text",
                "generate",
                "assay/stories",
                "--prompt",
                "a",
                "--prompt",
                "");
        expect(
                "the number of new tokens is -1, expected at least 0",
                "generate",
                "assay/stories",
                "--prompt",
                "a",
                "--new-tokens",
                "-1");
        expect(
                "temperature is -1.0, expected at least 0",
                "generate",
                "assay/stories",
                "--prompt",
                "a",
                "--temperature",
                "-1");
        expect("topK is -3, expected at least 0", "generate", "assay/stories", "--prompt", "a", "--top-k", "-3");
        expect("--prompt", "generate", "assay/stories");
        expect(folder.toString(), "generate", folder.toString(), "--prompt", "a");
    }

    private void expect(String part, String... arguments) {
        assertEquals(2, run(arguments), part);
        assertTrue(err.toString().contains(part), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertEquals("", out.toString());
    }
}
