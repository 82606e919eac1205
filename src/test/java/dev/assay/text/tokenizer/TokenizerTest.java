package dev.assay.text.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class TokenizerTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public static Path fixture() {
        return fixture("bytelevel_bpe");
    }

    private static Path fixture(String name) {
        try {
            return Path.of(TokenizerTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama_metaspace, {}, true", // by its post-processor
        "llama_metaspace, {\"add_bos_token\": false}, false",
        "bytelevel_bpe, {}, false",
        "bytelevel_bpe, {\"add_bos_token\": true}, true",
        "wordpiece, {}, false" // [CLS] is not BOS
    })
    void prependsBosAsItsOwnFilesSay(String kind, String settings, boolean expected, @TempDir Path folder)
            throws IOException {
        Files.copy(fixture(kind).resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        ObjectNode config = (ObjectNode)
                MAPPER.readTree(fixture(kind).resolve("tokenizer_config.json").toFile());
        config.setAll((ObjectNode) MAPPER.readTree(settings));
        Files.writeString(folder.resolve("tokenizer_config.json"), config.toString());
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertEquals(expected, tokenizer.prependsBos());
        }
    }

    /** Expected values are those of the Python library {@code tokenizers} 0.23. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytelevel_bpe",
                "bytelevel_prefix",
                "gemma",
                "llama3_split",
                "llama_legacy",
                "llama_metaspace",
                "unigram",
                "wordpiece"
            })
    void matchesReferenceInEveryCase(String kind) throws IOException {
        JsonNode cases =
                MAPPER.readTree(fixture(kind).resolve("cases.json").toFile()).path("cases");
        assertTrue(cases.size() > 60);
        try (Tokenizer tokenizer = Tokenizer.load(fixture(kind))) {
            for (JsonNode expected : cases) {
                assertMatches(expected, tokenizer);
            }
        }
    }

    private static void assertMatches(JsonNode expected, Tokenizer tokenizer) {
        String text = expected.path("text").textValue();
        boolean special = expected.path("add_special_tokens").booleanValue();
        int[] ids = ints(expected.path("ids"));
        assertArrayEquals(ids, tokenizer.encode(text, special), text);
        Encoding encoding = tokenizer.encodeWithOffsets(text, special);
        assertArrayEquals(ids, encoding.ids(), text);
        assertEquals(strings(expected.path("tokens")), tokenizer.pieces(text, special), text);
        for (int i = 0; i < ids.length; i++) {
            JsonNode span = expected.path("offsets_utf16").get(i);
            assertEquals(span.get(0).intValue(), encoding.starts()[i], text);
            assertEquals(span.get(1).intValue(), encoding.ends()[i], text);
            assertEquals(expected.path("decoded_each").get(i).textValue(), tokenizer.decode(ids[i]), text);
        }
        assertEquals(expected.path("decoded").textValue(), tokenizer.decode(ids), text);
        assertEquals(expected.path("decoded_skip_special").textValue(), tokenizer.decode(ids, true), text);
    }

    @Test
    void tokenTextKeepsLeadingSpace() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture("llama_legacy"))) {
            int[] ids = tokenizer.encode("the model");
            assertEquals(" the model", String.join("", texts(tokenizer, ids)));
            assertEquals("the model", tokenizer.decode(ids));
            assertEquals(
                    tokenizer.pieces("the model", false),
                    IntStream.of(ids).mapToObj(tokenizer::piece).toList());
        }
        try (Tokenizer tokenizer = Tokenizer.load(fixture())) {
            assertEquals("the model", String.join("", texts(tokenizer, tokenizer.encode("the model"))));
        }
    }

    private static List<String> texts(Tokenizer tokenizer, int[] ids) {
        return IntStream.of(ids).mapToObj(tokenizer::token).toList();
    }

    @Test
    void readsSpecialTokensFromNeighbouringFiles(@TempDir Path folder) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture().resolve("tokenizer.json"))) {
            assertEquals(0, tokenizer.bosId());
            assertEquals(0, tokenizer.eosId());
            assertEquals(300, tokenizer.vocabularySize());
            assertTrue(tokenizer.isSpecial(1));
            assertFalse(tokenizer.isSpecial(299));
            assertThrows(InvalidInputException.class, () -> tokenizer.token(300));
        }
        Path bare = Files.copy(fixture().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        try (Tokenizer tokenizer = Tokenizer.load(bare)) {
            assertEquals(-1, tokenizer.bosId());
            assertEquals(-1, tokenizer.eosId());
        }
        Files.writeString(folder.resolve("config.json"), "{\"bos_token_id\": 1, \"eos_token_id\": null}");
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [0, 1]}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertEquals(1, tokenizer.bosId());
            assertEquals(0, tokenizer.eosId());
        }
        Files.writeString(
                folder.resolve("special_tokens_map.json"), "{\"bos_token\": {\"content\": \"<|endoftext|>\"}}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertEquals(0, tokenizer.bosId());
        }
    }

    @Test
    void neitherTruncatesNorPads() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture())) {
            String text = "The model reads the next word. ".repeat(2000);
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
            assertEquals(0, tokenizer.encode("").length);
        }
    }

    @Test
    void replacesUnpairedSurrogate() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture())) {
            Encoding encoding = tokenizer.encodeWithOffsets("a\uD83Db\uDE00");
            assertEquals("a\uFFFDb\uFFFD", tokenizer.decode(encoding.ids()));
            assertEquals(4, encoding.ends()[encoding.length() - 1]);
        }
    }

    @Test
    void reportsFaultsOfFiles(@TempDir Path folder) throws IOException {
        assertMessage("the file does not exist", folder);
        Path file = Files.writeString(folder.resolve("tokenizer.json"), "{\n\"model\": oops}");
        assertMessage("line 2", folder);
        Files.writeString(file, "{\"model\": {}}");
        assertMessage("no tokens", folder);
        Files.writeString(file, "{\"model\": {\"vocab\": {\"a\": 0}}}");
        assertMessage("cannot be built", folder);
    }

    private static void assertMessage(String part, Path folder) {
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> Tokenizer.load(folder));
        assertTrue(e.getMessage().contains(part) && e.getMessage().contains("tokenizer.json"), e.getMessage());
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(node -> strings.add(node.textValue()));
        return strings;
    }
}
