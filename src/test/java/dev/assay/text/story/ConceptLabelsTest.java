package dev.assay.text.story;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.BpeTrainer;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ConceptLabelsTest {
    @TempDir
    private static Path folder;

    private static final StoryCorpus STORIES = StoryCorpus.of(5, 150);
    private static Tokenizer tokenizer;

    @BeforeAll
    static void train() throws IOException {
        BpeTrainer.of(1024).train(StoryCorpus.of(5, 1000)).write(folder);
        tokenizer = Tokenizer.load(folder);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static int index(String name) {
        return StoryCorpus.concepts().stream().map(Concept::name).toList().indexOf(name);
    }

    /** Returns the concatenated tokens of a story with a concept. */
    private static List<String> carriers(Story story, String concept) {
        LabelledTokens labelled = ConceptLabels.of(tokenizer).label(story);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < labelled.ids().length; i++) {
            if (labelled.has(i, index(concept))) {
                tokens.add(tokenizer.token(labelled.ids()[i]));
            }
        }
        return tokens;
    }

    @Test
    void labelsTokenWithConceptOfAnyCharacter() {
        String text = "Anna said, \"Go home.\"";
        Concept name = StoryCorpus.concepts().get(index("person-name"));
        Concept quotation = StoryCorpus.concepts().get(index("quotation"));
        Concept opening = StoryCorpus.concepts().get(index("opening-quote"));
        Concept closing = StoryCorpus.concepts().get(index("closing-quote"));
        Story story = new Story(
                text,
                List.of(
                        new ConceptSpan(name, 0, 4),
                        new ConceptSpan(quotation, 12, 20),
                        new ConceptSpan(opening, 11, 12),
                        new ConceptSpan(closing, 20, 21)));
        assertEquals("Anna", String.join("", carriers(story, "person-name")));
        // The full stop and the mark behind it are one token, which carries both.
        assertEquals("Go home.\"", String.join("", carriers(story, "quotation")));
        assertEquals(List.of(" \""), carriers(story, "opening-quote"));
        assertEquals(List.of(".\""), carriers(story, "closing-quote"));
        assertEquals(List.of(), carriers(story, "comma"));
    }

    @Test
    void ignoresSpaceBeforeWord() {
        Concept comma = StoryCorpus.concepts().get(index("comma"));
        Story story = new Story("red, dog", List.of(new ConceptSpan(comma, 3, 5)));
        assertEquals(List.of(","), carriers(story, "comma"));
    }

    @Test
    void tokenizesMostWordsAsOneToken() {
        long words = 0;
        long single = 0;
        for (int i = 0; i < 200; i++) {
            for (String word : STORIES.story(i).text().split("[^A-Za-z]+")) {
                words++;
                single += tokenizer.encode(" " + word).length == 1 ? 1 : 0;
            }
        }
        assertTrue(single > 0.93 * words, single + " of " + words);
    }

    @Test
    void everyConceptHasModerateFrequency() {
        long tokens = 0;
        long[] carriers = new long[StoryCorpus.concepts().size()];
        for (int i = 0; i < 500; i++) {
            LabelledTokens labelled = ConceptLabels.of(tokenizer).label(STORIES.story(i));
            int length = labelled.ids().length;
            assertTrue(length >= 50 && length <= 220, length + " tokens");
            tokens += length;
            for (int token = 0; token < length; token++) {
                for (int concept = 0; concept < carriers.length; concept++) {
                    carriers[concept] += labelled.has(token, concept) ? 1 : 0;
                }
            }
        }
        for (int concept = 0; concept < carriers.length; concept++) {
            double share = (double) carriers[concept] / tokens;
            assertTrue(
                    share > 0.0012 && share < 0.6,
                    StoryCorpus.concepts().get(concept).name() + " " + share);
        }
    }

    @Test
    void labelledContextsEqualCorpus() throws IOException {
        for (boolean bos : new boolean[] {true, false}) {
            Corpus corpus = Corpus.of(tokenizer, STORIES)
                    .contextLength(64)
                    .prependBos(bos)
                    .heldOutEvery(7)
                    .chunkCharacters(100)
                    .build();
            for (Split split : Split.values()) {
                try (ContextReader plain = corpus.read(split);
                        LabelledReader labelled = ConceptLabels.read(corpus, split)) {
                    TokenBatch expected;
                    while ((expected = plain.next(10)) != null) {
                        LabelledBatch batch = labelled.next(10);
                        assertArrayEquals(expected.ids(), batch.tokens().ids());
                        assertArrayEquals(expected.documents(), batch.tokens().documents());
                        checkLabels(batch);
                    }
                    assertNull(labelled.next(10));
                }
            }
        }
    }

    private static void checkLabels(LabelledBatch batch) {
        for (int row = 0; row < batch.tokens().rows(); row++) {
            for (int position = 0; position < batch.tokens().length(); position++) {
                int id = (int) batch.tokens().ids()[row * batch.tokens().length() + position];
                String token = tokenizer.token(id);
                assertEquals(token.contains(","), batch.has(row, position, index("comma")), token);
                assertEquals(token.matches(" ?[Dd]og"), batch.has(row, position, index("word-dog")), token);
                if (id == tokenizer.eosId()) {
                    assertEquals(0, batch.labels()[row * batch.tokens().length() + position]);
                }
            }
        }
    }

    @Test
    void rejectsCorpusOfOtherText() {
        Corpus corpus = Corpus.of(tokenizer, TextSource.of(List.of(new Document("d", "Anna ran home."))))
                .build();
        assertThrows(InvalidInputException.class, () -> ConceptLabels.read(corpus, Split.ALL));
    }
}
