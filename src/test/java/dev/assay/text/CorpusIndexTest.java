package dev.assay.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.MixtureEnd;
import dev.assay.text.document.TextSource;
import dev.assay.text.document.WeightedText;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusIndexTest {
    private static final int LENGTH = 16;
    private static final int STRIDE = 3;

    private static Tokenizer tokenizer;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = Tokenizer.load(TokenizerTest.fixture());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static String text(int i) {
        String special = i % 4 == 0 ? "<|endoftext|>" : "";
        return "Document " + i + special + " is here. ".repeat(i % 7) + special;
    }

    private static TextSource documents(int from, int to) {
        return TextSource.of(IntStream.range(from, to)
                .mapToObj(i -> new Document("d" + i, text(i)))
                .toList());
    }

    private static byte[] lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append(Json.mapper().createObjectNode().put("text", text(i))).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static TextSource compressed() throws IOException {
        Path files = Files.createDirectories(folder.resolve("compressed"));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(lines(0, 30));
        }
        Files.write(files.resolve("a.jsonl.gz"), gzip.toByteArray());
        Files.write(files.resolve("b.jsonl.zst"), Zstd.compress(lines(30, 60)));
        Files.write(
                files.resolve("c.txt.zst"),
                Zstd.compress("One long text. ".repeat(60).getBytes(StandardCharsets.UTF_8)));
        return TextSource.of(files.toString());
    }

    /** Corpora with every option that decides where contexts start. */
    private static Map<String, Corpus> corpora() throws IOException {
        Map<String, Corpus> corpora = new LinkedHashMap<>();
        TextSource memory = documents(0, 60);
        corpora.put("plain", Corpus.of(tokenizer, memory).contextLength(LENGTH).build());
        corpora.put(
                "bos",
                Corpus.of(tokenizer, memory)
                        .contextLength(LENGTH)
                        .prependBos(true)
                        .build());
        corpora.put(
                "by hash",
                Corpus.of(tokenizer, memory)
                        .contextLength(LENGTH)
                        .heldOutByHash(3)
                        .build());
        corpora.put(
                "chunks",
                Corpus.of(tokenizer, memory)
                        .contextLength(LENGTH)
                        .chunkCharacters(20)
                        .build());
        corpora.put(
                "shuffled",
                Corpus.of(tokenizer, memory.shuffled(8, 3))
                        .contextLength(LENGTH)
                        .build());
        TextSource mixed = TextSource.mix(
                List.of(new WeightedText(memory, 2), new WeightedText(documents(100, 140), 1)),
                5,
                MixtureEnd.ALL_EXHAUSTED);
        corpora.put(
                "mixture",
                Corpus.of(tokenizer, mixed)
                        .contextLength(LENGTH)
                        .heldOutEvery(4)
                        .build());
        corpora.put(
                "compressed",
                Corpus.of(tokenizer, compressed())
                        .contextLength(LENGTH)
                        .chunkCharacters(90)
                        .build());
        corpora.put(
                "parquet",
                Corpus.of(tokenizer, TextSource.files(List.of(parquet())))
                        .contextLength(LENGTH)
                        .build());
        return corpora;
    }

    private static Path parquet() {
        try {
            return Path.of(CorpusIndexTest.class
                    .getResource("document/parquet/snappy.parquet")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private record Contexts(List<TokenBatch> rows, List<TextPosition> positions) {}

    private static Contexts read(Corpus corpus, Split split) throws IOException {
        Contexts found = new Contexts(new ArrayList<>(), new ArrayList<>());
        try (ContextReader reader = corpus.read(split)) {
            found.positions.add(reader.position());
            for (TokenBatch row = reader.next(1); row != null; row = reader.next(1)) {
                found.rows.add(row);
                found.positions.add(reader.position());
            }
        }
        return found;
    }

    private static CorpusIndex index(Corpus corpus, Split split) throws IOException {
        return CorpusIndex.of(corpus, split, TokenSelection.WITHOUT_SPECIAL, STRIDE);
    }

    @Test
    void positionsAndCountsAreThoseOfAReader() throws IOException {
        List<TokenSelection> selections = List.of(
                TokenSelection.WITHOUT_SPECIAL,
                new TokenSelection(true, 0),
                new TokenSelection(false, 3),
                new TokenSelection(true, 1));
        for (Map.Entry<String, Corpus> each : corpora().entrySet()) {
            Corpus corpus = each.getValue();
            for (Split split : Split.values()) {
                Contexts all = read(corpus, split);
                for (TokenSelection selection : selections) {
                    CorpusIndex index = CorpusIndex.of(corpus, split, selection, STRIDE);
                    String name = each.getKey() + " " + split + " " + selection;
                    assertEquals(new ContextRange(0, all.rows.size()), index.contexts(), name);
                    assertEquals(all.rows.size() / STRIDE + 1, index.entries(), name);
                    long selected = 0;
                    for (int context = 0; context < all.positions.size(); context++) {
                        if (context % STRIDE == 0) {
                            assertEquals(all.positions.get(context), index.position(context / STRIDE), name);
                            assertEquals(selected, index.selectedBefore(context / STRIDE), name);
                        }
                        if (context < all.rows.size()) {
                            selected += selection.of(all.rows.get(context), tokenizer).length;
                        }
                    }
                    assertEquals(selected, index.selected(), name);
                }
            }
        }
    }

    @Test
    void partsHaveTheContextsOfTheWholeCorpusWithTheirNumbers() throws IOException {
        for (Map.Entry<String, Corpus> each : corpora().entrySet()) {
            Corpus corpus = each.getValue();
            Contexts all = read(corpus, Split.TRAINING);
            CorpusIndex index = index(corpus, Split.TRAINING);
            for (int size : new int[] {1, 2, 4, 7, all.rows.size()}) {
                int at = 0;
                for (ContextRange range : index.contexts().split(size)) {
                    Contexts part = read(corpus.partition(range, index), Split.TRAINING);
                    assertEquals(all.positions.subList(at, at + part.positions.size()), part.positions, each.getKey());
                    for (TokenBatch row : part.rows) {
                        TokenBatch expected = all.rows.get(at++);
                        assertArrayEquals(expected.ids(), row.ids());
                        assertArrayEquals(expected.documents(), row.documents());
                        assertArrayEquals(expected.positions(), row.positions());
                        assertEquals(expected.files(), row.files());
                    }
                }
                assertEquals(all.rows.size(), at, each.getKey());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void countsOfSeveralProcessesMergeToTheIndexOfOnePass(int groups) throws IOException {
        for (Map.Entry<String, Corpus> each : corpora().entrySet()) {
            Corpus corpus = each.getValue();
            for (Split split : Split.values()) {
                List<DocumentCounts> counts = new ArrayList<>();
                IntStream.range(0, groups).forEach(i -> counts.add(new DocumentCounts()));
                List<Document> documents = new ArrayList<>();
                try (DocumentReader reader =
                        corpus.source().chunked(corpus.chunkCharacters()).open()) {
                    for (Document document = reader.next(); document != null; document = reader.next()) {
                        documents.add(document);
                    }
                }
                for (int i = 0; i < documents.size(); i++) {
                    Document document = documents.get(i);
                    if (split.includes(corpus.holdOut(), i, document::text)) {
                        counts.get(i * groups / documents.size()).add(i, tokenizer.encode(document.text()), tokenizer);
                    }
                }
                CorpusIndex merged =
                        CorpusIndex.of(corpus, split, TokenSelection.WITHOUT_SPECIAL, STRIDE, counts.iterator());
                assertEquals(index(corpus, split).toJson(), merged.toJson(), each.getKey());
            }
        }
    }

    @Test
    void indexOfShortTextHasNoContextsAndReportsTheReadersError() throws IOException {
        Corpus none = Corpus.of(tokenizer, TextSource.of(List.of(new Document("d", "x y"))))
                .contextLength(LENGTH)
                .heldOutEvery(0)
                .build();
        CorpusIndex index = index(none, Split.TRAINING);
        assertTrue(index.contexts().isEmpty());
        assertEquals(List.of(), index.contexts().split(8));
        String expected = assertThrows(InvalidInputException.class, () -> read(none, Split.TRAINING))
                .getMessage();
        assertEquals(
                expected,
                assertThrows(InvalidInputException.class, () -> index.requireContext(none))
                        .getMessage());
        assertEquals(List.of(), read(none.partition(new ContextRange(0, 0), index), Split.TRAINING).rows);
    }

    @Test
    void emptyRangeReadsNothingAnywhere() throws IOException {
        Corpus corpus = corpora().get("plain");
        CorpusIndex index = index(corpus, Split.TRAINING);
        try (ContextReader reader =
                corpus.partition(new ContextRange(5, 5), index).readAhead(Split.TRAINING, 4)) {
            assertNull(reader.next(3));
        }
    }

    @Test
    void seeksWithinAPart() throws IOException {
        Corpus corpus = corpora().get("bos");
        CorpusIndex index = index(corpus, Split.TRAINING);
        Contexts all = read(corpus, Split.TRAINING);
        Corpus part = corpus.partition(new ContextRange(4, 11), index);
        try (ContextReader reader = part.read(Split.TRAINING)) {
            reader.seek(TextPosition.START); // the start of the part
            assertEquals(all.positions.get(4), reader.position());
            reader.seek(all.positions.get(9));
            assertArrayEquals(all.rows.get(9).ids(), reader.next(1).ids());
            assertEquals(1, reader.next(100).rows());
            assertNull(reader.next(1));
        }
    }

    @Test
    void consecutiveRangesShareOneReaderOfTheText() throws IOException {
        CountedText counted = new CountedText(documents(0, 60));
        Corpus corpus = Corpus.of(tokenizer, counted).contextLength(LENGTH).build();
        Contexts all = read(corpus, Split.TRAINING);
        CorpusIndex index = index(corpus, Split.TRAINING);
        int opened = counted.opened;
        try (RangeReaders ranges = new RangeReaders(corpus, Split.TRAINING, 4)) {
            int at = 0;
            for (ContextRange range : List.of(
                    new ContextRange(0, 5), new ContextRange(5, 5), new ContextRange(5, 9), new ContextRange(9, 10))) {
                try (ContextReader reader = ranges.open(range, index.before(range.from()))) {
                    for (TokenBatch row = reader.next(1); row != null; row = reader.next(1)) {
                        assertArrayEquals(all.rows.get(at++).ids(), row.ids());
                    }
                }
            }
            assertEquals(10, at);
            assertEquals(opened + 1, counted.opened);
            try (ContextReader reader = ranges.open(new ContextRange(4, 6), index.before(4))) {
                assertEquals(all.positions.get(4), reader.position());
                assertArrayEquals(all.rows.get(4).ids(), reader.next(1).ids());
            }
            assertEquals(opened + 2, counted.opened);
            assertThrows(InvalidInputException.class, () -> ranges.open(new ContextRange(1, 2), index.position(1)));
        }
    }

    /** A text that counts its readers. */
    private static final class CountedText implements TextSource {
        private final TextSource text;
        private int opened;

        CountedText(TextSource text) {
            this.text = text;
        }

        @Override
        public DocumentReader open() throws IOException {
            opened++;
            return text.open();
        }

        @Override
        public String description() {
            return text.description();
        }
    }

    @Test
    void readersSkipFilesThatAnotherReaderHasPassed() throws IOException {
        List<CountedText> files = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            files.add(new CountedText(documents(10 * i, 10 * i + 10)));
        }
        TextSource all = files.get(0);
        for (CountedText file : files.subList(1, 6)) {
            all = all.then(file);
        }
        Corpus corpus =
                Corpus.of(tokenizer, all).contextLength(LENGTH).heldOutEvery(0).build();
        Contexts contexts = read(corpus, Split.TRAINING);
        CorpusIndex index = index(corpus, Split.TRAINING);
        List<Integer> before = files.stream().map(file -> file.opened).toList();
        long last = contexts.rows.size() - 1L;
        Contexts part = read(corpus.partition(new ContextRange(last, last + 1), index), Split.TRAINING);
        assertArrayEquals(contexts.rows.get((int) last).ids(), part.rows.get(0).ids());
        List<Integer> after = files.stream().map(file -> file.opened).toList();
        assertEquals(before.subList(0, 4), after.subList(0, 4));
    }

    @Test
    void readsBackAFile() throws IOException {
        Corpus corpus = corpora().get("chunks");
        CorpusIndex index = index(corpus, Split.HELD_OUT);
        Path file = folder.resolve("index.json");
        index.write(file);
        CorpusIndex read = CorpusIndex.read(file, corpus, Split.HELD_OUT);
        assertEquals(index.toJson(), read.toJson());
        assertEquals(index.before(5), read.before(5));
        assertEquals(index.contextsUntil(40), read.contextsUntil(40));
    }

    @Test
    void rejectsTheIndexOfAnotherCorpusSplitOrFormat() throws IOException {
        Corpus corpus = corpora().get("plain");
        CorpusIndex index = index(corpus, Split.TRAINING);
        Path file = folder.resolve("other.json");
        index.write(file);
        assertTrue(message(() -> CorpusIndex.read(file, corpus, Split.HELD_OUT))
                .startsWith(file + " has the contexts of training documents, expected those of held_out documents"));
        for (Corpus other : List.of(
                Corpus.of(tokenizer, documents(0, 60)).contextLength(LENGTH + 1).build(),
                Corpus.of(tokenizer, documents(0, 59)).contextLength(LENGTH).build(),
                Corpus.of(tokenizer, documents(0, 60))
                        .contextLength(LENGTH)
                        .heldOutEvery(7)
                        .build(),
                Corpus.of(tokenizer, documents(0, 60))
                        .contextLength(LENGTH)
                        .prependBos(true)
                        .build())) {
            String found = message(() -> CorpusIndex.read(file, other, Split.TRAINING));
            assertTrue(found.contains("is of another text, tokenizer or packing"), found);
            assertEquals(1, found.lines().count(), found);
            assertThrows(InvalidInputException.class, () -> other.partition(new ContextRange(0, 1), index));
        }
        ObjectNode json = index.toJson();
        ((ArrayNode) json.get("positions")).remove(1);
        assertTrue(message(() -> CorpusIndex.of(JsonObject.of(file, json), corpus, Split.TRAINING))
                .contains("positions is "));
        ObjectNode later = index.toJson().put("format_version", 2);
        assertTrue(message(() -> CorpusIndex.of(JsonObject.of(file, later), corpus, Split.TRAINING))
                .contains("format_version is 2, expected 1"));
    }

    @Test
    void rejectsRangesOutsideTheCorpusAndOtherSplits() throws IOException {
        Corpus corpus = corpora().get("plain");
        CorpusIndex index = index(corpus, Split.TRAINING);
        long contexts = index.contexts().size();
        assertTrue(message(() -> corpus.partition(new ContextRange(0, contexts + 1), index))
                .endsWith("has " + contexts + " contexts, expected contexts 0 to " + (contexts + 1) + " among them"));
        Corpus part = corpus.partition(new ContextRange(2, 5), index);
        assertTrue(message(() -> part.read(Split.HELD_OUT)).contains("limited to contexts 2 to 5 of [TRAINING]"));
        assertThrows(InvalidInputException.class, () -> part.partition(new ContextRange(4, 6), index.before(4)));
        assertTrue(message(() -> corpus.partition(new ContextRange(1, 3), index.position(1)))
                .startsWith("the position of context 3 is after the start of contexts 1 to 3"));
        assertTrue(message(() -> corpus.partition(new ContextRange(contexts + 1, contexts + 2), TextPosition.START)
                        .read(Split.TRAINING))
                .startsWith("the corpus has " + contexts + " contexts"));
        assertTrue(message(() -> CorpusIndex.of(part, Split.TRAINING, TokenSelection.WITHOUT_SPECIAL, 1))
                .contains("is limited to contexts 2 to 5, expected the whole corpus"));
        assertThrows(InvalidInputException.class, () -> new ContextRange(3, 2));
        assertFalse(new ContextRange(1, 3).contains(new ContextRange(0, 2)));
    }

    @Test
    void splitsRangesAtMultiplesOfTheirSize() {
        assertEquals(
                List.of(new ContextRange(5, 8), new ContextRange(8, 12), new ContextRange(12, 13)),
                new ContextRange(5, 13).split(4));
        assertEquals(List.of(new ContextRange(2, 3)), new ContextRange(2, 3).split(Long.MAX_VALUE));
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static String message(Attempt attempt) {
        return assertThrows(InvalidInputException.class, attempt::run).getMessage();
    }
}
