package dev.assay.text.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files on which the native library would end the process or allocate unlimited memory. */
class DamagedTokenizerTest {
    private static final String BPE = """
            {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]%s}, "added_tokens": [%s],
             "decoder": %s, "post_processor": %s}""";

    @TempDir
    private Path folder;

    private void refused(String message, String model, String added, String decoder, String processor)
            throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, BPE.formatted(model, added, decoder, processor));
        String refused = assertThrows(InvalidInputException.class, () -> Tokenizer.load(file))
                .getMessage();
        assertTrue(refused.startsWith(file.toString()) && refused.contains(message), refused);
        assertEquals(1, refused.lines().count());
    }

    @Test
    void loadsUndamagedFile() throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), BPE.formatted("", "", "null", "null"));
        try (Tokenizer tokenizer = Tokenizer.load(file)) {
            assertEquals(2, tokenizer.encode("ab")[0]);
        }
    }

    @Test
    void rejectsIdsOutOfRange() throws IOException {
        refused("is -1, expected an integer from 0", "", "{\"content\": \"c\", \"id\": -1}", "null", "null");
        refused("is 2147483647, expected", "", "{\"content\": \"c\", \"id\": 2147483647}", "null", "null");
        refused("is 1.5, expected an integer", "", "{\"content\": \"c\", \"id\": 1.5}", "null", "null");
    }

    @Test
    void rejectsLongTokens() throws IOException {
        String piece = "y".repeat(60_000);
        refused(
                "has 60000 characters, expected at most 2000",
                "",
                "{\"content\": \"" + piece + "\", \"id\": 3}",
                "null",
                "null");
    }

    @Test
    void rejectsValuesThatCrashNativeParser() throws IOException {
        refused("nests more than 100 values", "", "", "[".repeat(200) + "]".repeat(200), "null");
        refused("has the number", "", "", "{\"type\": \"x\", \"n\": 1e999}", "null");
        refused("has 3000 brackets", "", "", "{\"pattern\": {\"Regex\": \"" + "[".repeat(3000) + "\"}}", "null");
        refused("has an unpaired surrogate", "", "", "{\"type\": \"\\ud800\"}", "null");
        refused(
                "stop of the decoder Strip is 1",
                "",
                "",
                "{\"type\": \"Strip\", \"content\": \" \", \"start\": 0, \"stop\": 1}",
                "null");
    }

    @Test
    void rejectsMergesWithoutPrefix() throws IOException {
        refused("lacks the continuing_subword_prefix", ", \"continuing_subword_prefix\": \"##\"", "", "null", "null");
    }

    @Test
    void rejectsTemplatesWithUnknownTokens() throws IOException {
        String template =
                "{\"type\": \"TemplateProcessing\", \"single\": [%s], \"pair\": [], \"special_tokens\": {%s}}";
        String token = "{\"SpecialToken\": {\"id\": \"a\", \"type_id\": 0}}";
        refused("single of the post_processor has", "", "", "null", template.formatted(token, ""));
        String second = "{\"Sequence\": {\"id\": \"B\", \"type_id\": 0}}";
        refused("single of the post_processor has", "", "", "null", template.formatted(second, ""));
        String far = "\"a\": {\"id\": \"a\", \"ids\": [9], \"tokens\": [\"a\"]}";
        refused("expected an id below 3", "", "", "null", template.formatted(token, far));
    }

    @Test
    void reportsFaultDuringUse() throws IOException {
        Path file = Files.writeString(
                folder.resolve("tokenizer.json"), BPE.formatted(", \"unk_token\": \"missing\"", "", "null", "null"));
        try (Tokenizer tokenizer = Tokenizer.load(file)) {
            String message = assertThrows(InvalidInputException.class, () -> tokenizer.encode("x"))
                    .getMessage();
            assertTrue(message.contains("the tokenizer fails"), message);
        }
    }
}
