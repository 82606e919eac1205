package dev.assay.text.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordTokenizerTest {
    private static final String TEXT = "The dog said, \"The café is open!\"";

    @TempDir
    private Path folder;

    private Tokenizer tokenizer() throws IOException {
        WordTokenizer.of(List.of(TEXT, "A cat."), List.of("<|user|>", "<|end|>"))
                .write(folder);
        return Tokenizer.load(folder);
    }

    @Test
    void hasOneTokenPerWordAndRestoresTheText() throws IOException {
        try (Tokenizer tokenizer = tokenizer()) {
            int[] ids = tokenizer.encode(TEXT);
            assertEquals(
                    List.of("The", " dog", " said", ",", " \"", "The", " café", " is", " open", "!\""),
                    tokenizer.texts(ids));
            assertEquals(TEXT, tokenizer.decode(ids));
            assertEquals(
                    tokenizer.vocabularySize(),
                    WordTokenizer.of(List.of("A cat.", TEXT), List.of("<|user|>", "<|end|>"))
                            .size());
        }
    }

    @Test
    void markersAreSpecialTokens() throws IOException {
        try (Tokenizer tokenizer = tokenizer()) {
            int[] ids = tokenizer.encode("<|user|>A cat.<|end|>");
            assertEquals(5, ids.length);
            assertTrue(tokenizer.isSpecial(ids[0]) && tokenizer.isSpecial(ids[4]) && !tokenizer.isSpecial(ids[1]));
            assertEquals("<|endoftext|>", tokenizer.decode(tokenizer.eosId()));
            assertEquals(-1, tokenizer.bosId());
        }
    }

    @Test
    void unknownWordsHaveOneToken() throws IOException {
        try (Tokenizer tokenizer = tokenizer()) {
            int[] ids = tokenizer.encode("The zebra");
            assertArrayEquals(new int[] {ids[0], 1}, ids);
            assertEquals("<|unknown|>", tokenizer.decode(Arrays.copyOfRange(ids, 1, 2)));
        }
    }

    @Test
    void rejectsEqualMarkers() {
        assertThrows(InvalidInputException.class, () -> WordTokenizer.of(List.of(), List.of("<|a|>", "<|a|>")));
    }
}
