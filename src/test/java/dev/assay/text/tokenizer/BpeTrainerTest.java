package dev.assay.text.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
    private static TextSource text(String... texts) {
        return TextSource.of(
                List.of(texts).stream().map(t -> new Document("here", t)).toList());
    }

    @Test
    void mergesMostFrequentPairFirstAndOlderOnTies() throws IOException {
        // "ab" stands three times, "bc" and " c" ... twice; of these the pair with the smaller ids goes first.
        BpeModel model = BpeTrainer.of(260).train(text("abc", "abc", "abd"));
        assertEquals(new BpeModel.Merge("a", "b"), model.merges().get(0));
        assertEquals(new BpeModel.Merge("ab", "c"), model.merges().get(1));
        assertEquals(new BpeModel.Merge("ab", "d"), model.merges().get(2));
        assertEquals(List.of("ab", "abc", "abd"), model.tokens().subList(257, 260));
        assertEquals(
                new BpeModel.Merge("a", "b"),
                BpeTrainer.of(258).train(text("cd", "ab")).merges().get(0));
    }

    @Test
    void mergesRepeatedTokensFromTheLeft() throws IOException {
        BpeModel model = BpeTrainer.of(300).train(text("aaaaa"));
        assertEquals(
                List.of(new BpeModel.Merge("a", "a"), new BpeModel.Merge("aa", "a"), new BpeModel.Merge("aa", "aaa")),
                model.merges());
    }

    @Test
    void decodesEncodedUnicode(@TempDir Path folder) throws IOException {
        BpeTrainer.of(320)
                .train(text("the cat saw the other cat", "Zürich 漢字 😀😀"))
                .write(folder);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertEquals(0, tokenizer.bosId());
            assertEquals(0, tokenizer.eosId());
            assertTrue(tokenizer.isSpecial(0));
            SplittableRandom random = new SplittableRandom(1);
            for (int round = 0; round < 300; round++) {
                String text = randomText(random);
                assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
            }
            assertEquals(1, tokenizer.encode(" cat").length);
            assertEquals(1, tokenizer.encode(" the").length);
            assertArrayEquals(new int[] {0}, tokenizer.encode(BpeTrainer.END_OF_TEXT));
        }
    }

    private static String randomText(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
            boolean half = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            text.appendCodePoint(half ? ' ' : codePoint);
        }
        return text.toString();
    }

    @Test
    void stopsEarlyOnSmallTextAndRejectsSmallVocabulary() throws IOException {
        assertEquals(258, BpeTrainer.of(1000).train(text("ab")).tokens().size());
        assertThrows(InvalidInputException.class, () -> BpeTrainer.of(256));
    }
}
