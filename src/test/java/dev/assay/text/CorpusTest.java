package dev.assay.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.document.TextSourceTest;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    private static final int LENGTH = 16;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = Tokenizer.load(TokenizerTest.fixture());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    /** Documents of different lengths, one shorter than a context and one empty. */
    private static TextSource documents() {
        return TextSource.of(IntStream.range(0, 45)
                .mapToObj(i -> new Document("d" + i, "Document " + i + " is here. ".repeat(i % 7)))
                .toList());
    }

    private static Corpus.Builder corpus() {
        return Corpus.of(tokenizer, documents()).contextLength(LENGTH).heldOutEvery(5);
    }

    /** Returns the tokens of each document of a split, including the end-of-text token. */
    private static List<long[]> expected(Split split) throws IOException {
        List<long[]> all = new ArrayList<>();
        long index = 0;
        for (Document document : TextSourceTest.read(documents())) {
            boolean heldOut = index % 5 == 0;
            if (split == Split.ALL || heldOut == (split == Split.HELD_OUT)) {
                long owner = index;
                IntStream.of(tokenizer.encode(document.text())).forEach(id -> all.add(new long[] {id, owner}));
                all.add(new long[] {0, owner});
            }
            index++;
        }
        return all;
    }

    private static List<TokenBatch> read(Corpus corpus, Split split, int rows) throws IOException {
        List<TokenBatch> batches = new ArrayList<>();
        try (ContextReader reader = corpus.read(split)) {
            for (TokenBatch batch = reader.next(rows); batch != null; batch = reader.next(rows)) {
                batches.add(batch);
            }
            assertNull(reader.next(rows));
        }
        return batches;
    }

    private static long[] ids(List<TokenBatch> batches) {
        return batches.stream()
                .flatMapToLong(batch -> LongStream.of(batch.ids()))
                .toArray();
    }

    private static long[] owners(List<TokenBatch> batches) {
        return batches.stream()
                .flatMapToLong(batch -> LongStream.of(batch.documents()))
                .toArray();
    }

    @Test
    void concatenatesDocumentsAndDropsIncompleteContext() throws IOException {
        for (Split split : Split.values()) {
            List<long[]> tokens = expected(split);
            List<TokenBatch> batches = read(corpus().prependBos(false).build(), split, 3);
            int contexts = tokens.size() / LENGTH;
            assertEquals(contexts, batches.stream().mapToInt(TokenBatch::rows).sum());
            assertTrue(batches.stream().limit(batches.size() - 1L).allMatch(batch -> batch.rows() == 3));
            List<long[]> packed = tokens.subList(0, contexts * LENGTH);
            assertArrayEquals(packed.stream().mapToLong(token -> token[0]).toArray(), ids(batches));
            assertArrayEquals(packed.stream().mapToLong(token -> token[1]).toArray(), owners(batches));
        }
    }

    @Test
    void prependsBosToEveryContext() throws IOException {
        List<long[]> tokens = expected(Split.TRAINING);
        List<TokenBatch> batches = read(corpus().prependBos(true).build(), Split.TRAINING, 4);
        long[] ids = ids(batches);
        long[] owners = owners(batches);
        assertEquals(tokens.size() / (LENGTH - 1) * LENGTH, ids.length);
        for (int i = 0; i < ids.length; i++) {
            int context = i / LENGTH;
            int place = i % LENGTH;
            long[] token = tokens.get(context * (LENGTH - 1) + Math.max(place, 1) - 1);
            assertEquals(place == 0 ? tokenizer.bosId() : token[0], ids[i]);
            assertEquals(token[1], owners[i]);
        }
    }

    @Test
    void splitsAreDisjointAndComplete() throws IOException {
        Corpus corpus = corpus().prependBos(false).build();
        Set<Long> training = documentsOf(corpus, Split.TRAINING);
        Set<Long> heldOut = documentsOf(corpus, Split.HELD_OUT);
        assertTrue(heldOut.stream().allMatch(index -> index % 5 == 0));
        assertTrue(training.stream().noneMatch(heldOut::contains));
        // Only documents in the dropped rest may be missing.
        assertTrue(training.size() + heldOut.size() >= 43, training.size() + " " + heldOut.size());
        assertEquals(
                documentsOf(corpus, Split.ALL).size(),
                documentsOf(corpus().heldOutEvery(0).build(), Split.TRAINING).size());
    }

    private static Set<Long> documentsOf(Corpus corpus, Split split) throws IOException {
        Set<Long> documents = new HashSet<>();
        LongStream.of(owners(read(corpus, split, 7))).forEach(documents::add);
        return documents;
    }

    @Test
    void seeksToEveryPosition() throws IOException {
        Corpus corpus = corpus().prependBos(true).build();
        List<TokenBatch> rows = new ArrayList<>();
        List<TextPosition> positions = new ArrayList<>();
        try (ContextReader reader = corpus.read(Split.TRAINING)) {
            positions.add(reader.position());
            for (TokenBatch row = reader.next(1); row != null; row = reader.next(1)) {
                rows.add(row);
                positions.add(reader.position());
            }
        }
        for (int skipped = 0; skipped <= rows.size(); skipped++) {
            try (ContextReader reader = corpus.read(Split.TRAINING)) {
                reader.seek(positions.get(skipped / 2));
                reader.seek(positions.get(skipped));
                assertEquals(positions.get(skipped), reader.position());
                TokenBatch rest = reader.next(10_000);
                if (skipped == rows.size()) {
                    assertNull(rest);
                } else {
                    assertArrayEquals(ids(rows.subList(skipped, rows.size())), rest.ids());
                    assertArrayEquals(owners(rows.subList(skipped, rows.size())), rest.documents());
                }
            }
        }
        try (ContextReader reader = corpus.read(Split.TRAINING)) {
            reader.seek(new TextPosition(1_000_000, 1_000_000, 0));
            assertNull(reader.next(1));
        }
    }

    @Test
    void partsOfSplitDocumentsAreSeparateDocuments() throws IOException {
        TextSource one = TextSource.of(List.of(new Document("play", "To be, or not to be. ".repeat(400))));
        Corpus corpus = Corpus.of(tokenizer, one)
                .contextLength(LENGTH)
                .chunkCharacters(100)
                .heldOutEvery(4)
                .build();
        assertEquals(
                21,
                documentsOf(corpus, Split.HELD_OUT).stream()
                        .mapToLong(Long::longValue)
                        .filter(i -> i % 4 == 0)
                        .count());
        assertEquals("1 document in memory in parts of 100 characters", corpus.description());
    }

    @Test
    void convertsBatchToArray() throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                ContextReader reader = corpus().build().read(Split.ALL)) {
            TokenBatch batch = reader.next(2);
            var array = batch.toArray(manager);
            assertEquals(new Shape(2, LENGTH), array.getShape());
            assertEquals(DataType.INT64, array.getDataType());
            assertArrayEquals(batch.ids(), array.toLongArray());
        }
    }

    @Test
    void rejectsTextShorterThanOneContext() throws IOException {
        Corpus corpus = Corpus.of(tokenizer, TextSource.of(List.of(new Document("d", "x y"))))
                .contextLength(128)
                .prependBos(true)
                .build();
        try (ContextReader reader = corpus.read(Split.HELD_OUT)) {
            InvalidInputException e = assertThrows(InvalidInputException.class, () -> reader.next(1));
            assertTrue(e.getMessage().contains("found 4 tokens in 1 of 1 documents (held out)"), e.getMessage());
            assertTrue(e.getMessage().contains("127"), e.getMessage());
        }
        try (ContextReader reader = corpus.read(Split.TRAINING)) {
            InvalidInputException e = assertThrows(InvalidInputException.class, () -> reader.next(1));
            assertTrue(e.getMessage().contains("found 0 tokens in 0 of 1 documents (training)"), e.getMessage());
            assertTrue(
                    e.getMessage()
                            .contains("the only document is held out for evaluation: hold out fewer with"
                                    + " --held-out-every (0 for none)"),
                    e.getMessage());
        }
    }

    @Test
    void saysWhichOptionChangesAShortSplit() throws IOException {
        List<Document> two = List.of(new Document("a", "x y ".repeat(40)), new Document("b", "x y"));
        assertAdvice("the others are held out for evaluation: hold out fewer", two, 2, Split.TRAINING);
        assertAdvice("hold some out with --held-out-every", two, 0, Split.HELD_OUT);
        assertAdvice(
                "hold out more with a smaller --held-out-every", List.of(two.get(1), two.get(0)), 2, Split.HELD_OUT);
        assertAdvice("use shorter contexts with --context", two.subList(1, 2), 0, Split.ALL);
    }

    private static void assertAdvice(String advice, List<Document> documents, int heldOutEvery, Split split)
            throws IOException {
        Corpus corpus = Corpus.of(tokenizer, TextSource.of(documents))
                .heldOutEvery(heldOutEvery)
                .build();
        try (ContextReader reader = corpus.read(split)) {
            InvalidInputException e = assertThrows(InvalidInputException.class, () -> reader.next(1));
            assertTrue(e.getMessage().contains(advice), e.getMessage());
        }
    }

    @Test
    void startsWithBosOnlyIfTheTokenizerItselfAddsIt() throws IOException {
        assertEquals(false, corpus().build().prependBos()); // there is a BOS token, which this tokenizer does not add
        try (Tokenizer adding = Tokenizer.load(TokenizerTest.fixture().resolveSibling("llama_metaspace"))) {
            assertEquals(true, Corpus.of(adding, documents()).build().prependBos());
        }
    }

    @Test
    void rejectsBosWithoutBosToken(@TempDir Path folder) throws IOException {
        Files.copy(TokenizerTest.fixture().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        try (Tokenizer bare = Tokenizer.load(folder)) {
            Corpus.Builder builder = Corpus.of(bare, documents()).contextLength(LENGTH);
            assertEquals(false, builder.build().prependBos());
            assertThrows(
                    InvalidInputException.class, () -> builder.prependBos(true).build());
            // Without an end-of-text token nothing stands between documents.
            List<TokenBatch> batches = read(builder.prependBos(false).build(), Split.ALL, 5);
            assertTrue(LongStream.of(ids(batches)).noneMatch(id -> id == 0));
        }
    }

    @Test
    void rejectsInvalidOptions() {
        assertThrows(InvalidInputException.class, () -> corpus().contextLength(1));
        assertThrows(InvalidInputException.class, () -> corpus().heldOutEvery(1));
        assertThrows(InvalidInputException.class, () -> corpus().chunkCharacters(-3));
    }
}
