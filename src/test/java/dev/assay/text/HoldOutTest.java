package dev.assay.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.document.WeightedText;
import dev.assay.text.tokenizer.TokenRun;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HoldOutTest {
    private static boolean held(HoldOut holdOut, long index, String text) {
        return holdOut.holds(index, () -> text);
    }

    @Test
    void holdsOutFirstOfEveryNDocuments() {
        HoldOut holdOut = new HoldOut(HoldOut.Rule.POSITION, 3);
        assertEquals(
                List.of(0, 3, 6, 9),
                IntStream.range(0, 10)
                        .filter(i -> holdOut.holds(i, () -> {
                            throw new AssertionError("the text is not needed");
                        }))
                        .boxed()
                        .toList());
    }

    @Test
    void hashRuleDependsOnlyOnText() {
        HoldOut holdOut = new HoldOut(HoldOut.Rule.HASH, 10);
        int count = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = "document number " + i;
            boolean held = held(holdOut, i, text);
            assertEquals(held, held(holdOut, 20_000 - i, text));
            count += held ? 1 : 0;
        }
        assertEquals(2000, count, 170); // four standard deviations
    }

    /** Splits of stored runs depend on these values, which were computed independently in Python. */
    @Test
    void hashEqualsRecordedValues() {
        assertEquals(0xEFD01F60BA992926L, HoldOut.hash(""));
        assertEquals(0x86FC2D0407502DE5L, HoldOut.hash("a"));
        assertEquals(0x8D457266D45A13CFL, HoldOut.hash("Zürich 😀"));
    }

    @Test
    void intervalZeroHoldsOutNothing() {
        for (HoldOut.Rule rule : HoldOut.Rule.values()) {
            assertTrue(IntStream.range(0, 100).noneMatch(i -> held(new HoldOut(rule, 0), i, "text " + i)));
        }
        assertThrows(InvalidInputException.class, () -> new HoldOut(HoldOut.Rule.HASH, 1));
        assertThrows(InvalidInputException.class, () -> new HoldOut(HoldOut.Rule.HASH, -2));
    }

    @Test
    void keepsDuplicatesInOneSplitInAnyOrder() throws IOException {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            documents.add(new Document("d" + i, "Story " + i % 100 + " goes on and on."));
        }
        TextSource plain = TextSource.of(documents);
        Set<String> heldOut = texts(plain, Split.HELD_OUT);
        Set<String> training = texts(plain, Split.TRAINING);
        assertTrue(heldOut.stream().noneMatch(training::contains));
        assertEquals(100, heldOut.size() + training.size());
        assertTrue(heldOut.size() > 5 && heldOut.size() < 50, heldOut.size() + "");
        for (TextSource same : List.of(
                plain.shuffled(50, 1), TextSource.mix(List.of(new WeightedText(plain, 1)), 2), plain.then(plain))) {
            assertEquals(heldOut, texts(same, Split.HELD_OUT));
            assertEquals(training, texts(same, Split.TRAINING));
        }
    }

    /** Returns the stories of which every token is in a context of a split. */
    private static Set<String> texts(TextSource source, Split split) throws IOException {
        Set<String> texts = new HashSet<>();
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.fixture());
                DocumentTokens tokens = new DocumentTokens(
                        Corpus.of(tokenizer, source).heldOutByHash(5).build(), split)) {
            for (TokenRun run = tokens.next(); run != null; run = tokens.next()) {
                texts.add(tokenizer.decode(run.ids()));
            }
        }
        return texts;
    }
}
