package dev.assay.text.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetokenizerTest {
    private static final String TEXT = "Citizens 🧑‍🚀 of 東京, naïve — Größe.";
    private static final String REPLACEMENT = "\uFFFD";

    private static Path fixture(String kind) {
        return TokenizerTest.fixture().resolveSibling(kind);
    }

    /** The expected texts are those of the Python library {@code tokenizers}. */
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
    void joinedPartsEqualTheDecodedText(String kind) throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(fixture(kind).resolve("cases.json").toFile())
                .path("cases");
        int compared = 0;
        try (Tokenizer tokenizer = Tokenizer.load(fixture(kind))) {
            for (JsonNode expected : cases) {
                int[] ids = tokenizer.encode(
                        expected.path("text").textValue(),
                        expected.path("add_special_tokens").booleanValue());
                String decoded = expected.path("decoded_skip_special").textValue();
                if (!decoded.contains(REPLACEMENT)) {
                    // This tokenizer adds a space before the text, which decoding keeps.
                    boolean prefixed = kind.equals("bytelevel_prefix") && decoded.startsWith(" ");
                    assertEquals(prefixed ? decoded.substring(1) : decoded, joinedWithoutSpecial(tokenizer, ids));
                    compared++;
                }
            }
        }
        assertTrue(compared > 60, kind + ": " + compared);
    }

    private static String joinedWithoutSpecial(Tokenizer tokenizer, int[] ids) {
        List<String> texts = tokenizer.texts(ids);
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < ids.length; i++) {
            joined.append(tokenizer.isSpecial(ids[i]) ? "" : texts.get(i));
        }
        return joined.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytelevel_bpe", "gemma", "llama_legacy", "llama_metaspace", "llama3_split"})
    void charactersThatTokensSplitBelongToTheirFirstToken(String kind) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture(kind))) {
            List<String> texts = tokenizer.texts(tokenizer.encode(TEXT));
            assertEquals(TEXT, String.join("", texts));
            assertTrue(texts.contains("東") && texts.contains("京") && texts.contains(""), texts.toString());
            assertTrue(texts.contains("🧑") && texts.contains("🚀"), texts.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"bytelevel_bpe, ģ, <0x81>", "llama_legacy, <0xE6>, <0xE6>", "gemma, <0xBF>, <0xBF>"})
    void incompleteBytesOfASingleTokenAreSpelled(String kind, String piece, String text) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture(kind))) {
            int id = idOf(piece, tokenizer);
            assertEquals(text, tokenizer.token(id));
            assertEquals(text, tokenizer.texts(id).get(0));
        }
    }

    private static int idOf(String piece, Tokenizer tokenizer) {
        return IntStream.range(0, tokenizer.vocabularySize())
                .filter(token -> tokenizer.piece(token).equals(piece))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytelevel_bpe", "gemma", "llama_legacy", "llama3_split", "wordpiece", "unigram"})
    void noTokenOfAVocabularyIsTheReplacementCharacter(String kind) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture(kind))) {
            for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                assertFalse(tokenizer.token(id).contains(REPLACEMENT), tokenizer.piece(id));
            }
        }
    }

    @Test
    void wordPieceJoinsContinuationsToTheirWord() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture("wordpiece"))) {
            List<String> texts = tokenizer.texts(tokenizer.encode("nothing remembers", true));
            assertEquals("[CLS]nothing remembers [SEP]", String.join("", texts));
            assertEquals("embers", tokenizer.token(idOf("##embers", tokenizer)));
            assertEquals(" nothing", tokenizer.token(idOf("nothing", tokenizer)));
        }
    }

    @Test
    void spacesAndReplacementCharactersOfTheTextAreKept() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(fixture("bytelevel_bpe"))) {
            String text = "a " + REPLACEMENT + "  b\n\n c";
            assertEquals(text, String.join("", tokenizer.texts(tokenizer.encode(text))));
        }
    }

    /** Decoding any sequence of bytes keeps its valid characters, spells each other byte, and agrees with Java's decoder on validity. */
    @Test
    void anyBytesAreDecodedOrSpelled() {
        Detokenizer bytes = new Detokenizer(256, id -> new byte[] {(byte) id}, id -> false, false);
        SplittableRandom random = new SplittableRandom(1);
        int[] interesting = {
            0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xA0, 0x9F, 0x90, 0x8F
        };
        for (int round = 0; round < 20_000; round++) {
            int[] ids = random.ints(1 + random.nextInt(6), 0, interesting.length)
                    .map(i -> interesting[i])
                    .toArray();
            byte[] all = new byte[ids.length];
            for (int i = 0; i < ids.length; i++) {
                all[i] = (byte) ids[i];
            }
            String joined = String.join("", bytes.texts(ids));
            String java = new String(all, StandardCharsets.UTF_8);
            assertEquals(
                    java.replace(REPLACEMENT, ""),
                    joined.replaceAll("<0x[0-9A-F]{2}>", ""),
                    () -> List.of(ids).toString());
            assertEquals(java.contains(REPLACEMENT), joined.contains("<0x"));
        }
    }

    @Test
    void incompleteCharactersAtTheEdgesOfAnExcerptHaveNoText() {
        Detokenizer bytes = new Detokenizer(256, id -> new byte[] {(byte) id}, id -> id == 0, false);
        int[] ids = {0x9D, 0xB1, 'a', 0xE6, 0, 0x9D, 0xB1, 'b', 0xE6, 0x9D};
        assertEquals(
                List.of("", "", "a", "東", "\0", "", "", "b", "", ""),
                bytes.excerpt(ids, 0, ids.length, index -> false));
        assertEquals(List.of("", "b"), bytes.excerpt(ids, 6, 8, index -> false));
    }

    @Test
    void uncommonDecodersFallBackToSingleTokens(@TempDir Path folder) throws IOException {
        String json = Files.readString(fixture("wordpiece").resolve("tokenizer.json"))
                .replaceFirst(
                        "\"decoder\":\\s*\\{[^}]*\\}",
                        "\"decoder\":{\"type\":\"CTC\",\"pad_token\":\"[PAD]\",\"word_delimiter_token\":\"|\",\"cleanup\":true}");
        Files.writeString(folder.resolve("tokenizer.json"), json);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            List<String> parts = new ArrayList<>();
            int[] ids = tokenizer.encode("nothing remembers");
            for (int id : ids) {
                parts.add(tokenizer.decode(id));
            }
            assertEquals(parts, tokenizer.texts(ids));
        }
    }
}
