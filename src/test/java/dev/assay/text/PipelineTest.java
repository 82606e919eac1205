package dev.assay.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.MixtureEnd;
import dev.assay.text.document.TextSource;
import dev.assay.text.document.TextSourceTest;
import dev.assay.text.document.WeightedText;
import dev.assay.text.tokenizer.TextMaker;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading a corpus of any composition from any position yields the same contexts as reading it from the start. */
@Tag("slow")
class PipelineTest {
    private static final List<String> EXTENSIONS =
            List.of(".txt", ".txt.gz", ".txt.zst", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet");

    private static Tokenizer tokenizer;

    @TempDir
    private Path folder;

    private final SplittableRandom random = new SplittableRandom(11);
    private int files;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = Tokenizer.load(TokenizerTest.fixture());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private boolean chance(int of) {
        return random.nextInt(of) == 0;
    }

    /** Writes a file of documents, some empty, at least one not. */
    private TextSource file() throws IOException {
        int id = files++;
        List<String> texts = new ArrayList<>(List.of("The first of file " + id + "."));
        int count = random.nextInt(60);
        for (int i = 0; i < count; i++) {
            texts.add(chance(6) ? "" : i + " null in " + id + " 😀 is here. ".repeat(random.nextInt(4)));
        }
        String extension = EXTENSIONS.get(random.nextInt(EXTENSIONS.size()));
        return TextSource.of(
                TextMaker.write(folder.resolve("f" + id + extension), texts).toString());
    }

    private TextSource memory() {
        List<Document> documents = new ArrayList<>();
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            documents.add(new Document("m" + i, i + " in memory. ".repeat(random.nextInt(4))));
        }
        return TextSource.of(documents);
    }

    private TextSource source(int depth) throws IOException {
        int kind = random.nextInt(depth == 0 ? 3 : 7);
        return switch (kind) {
            case 0 -> memory();
            case 1, 2 -> file();
            case 3 -> source(depth - 1).then(source(depth - 1));
            case 4 -> source(depth - 1).shuffled(1 + random.nextInt(12), random.nextLong());
            case 5 -> source(depth - 1).chunked(2 + random.nextInt(40));
            default ->
                TextSource.mix(
                        List.of(
                                new WeightedText(source(depth - 1), 1 + random.nextInt(3)),
                                new WeightedText(source(depth - 1), 1 + random.nextInt(3)),
                                new WeightedText(file(), 0.5)),
                        random.nextLong(),
                        chance(2) ? MixtureEnd.FIRST_EXHAUSTED : MixtureEnd.ALL_EXHAUSTED);
        };
    }

    @Test
    void skippingEqualsReading() throws IOException {
        for (int trial = 0; trial < 120; trial++) {
            TextSource source = source(3);
            List<Document> all = TextSourceTest.read(source);
            for (int i = 0; i < 12; i++) {
                int first = random.nextInt(all.size() + 3);
                int second = random.nextInt(all.size() + 3);
                try (DocumentReader reader = source.open()) {
                    int reached = Math.min(first, all.size());
                    assertEquals(reached, reader.skip(first), source.description());
                    assertEquals(reached < all.size() ? all.get(reached) : null, reader.next(), source.description());
                    reached = Math.min(reached + 1, all.size());
                    assertEquals(Math.min(second, all.size() - reached), reader.skip(second), source.description());
                    reached = Math.min(reached + second, all.size());
                    assertEquals(reached < all.size() ? all.get(reached) : null, reader.next(), source.description());
                }
            }
        }
    }

    @Test
    void resumesAtEveryPosition() throws IOException {
        for (int trial = 0; trial < 25; trial++) {
            Split split = Split.values()[random.nextInt(3)];
            HoldOut holdOut = new HoldOut(HoldOut.Rule.values()[random.nextInt(2)], 2 + random.nextInt(4));
            Corpus corpus = Corpus.of(tokenizer, source(3).then(memory()).then(memory()))
                    .contextLength(4 + random.nextInt(12))
                    .prependBos(chance(2))
                    .chunkCharacters(chance(2) ? 0 : 2 + random.nextInt(50))
                    .holdOut(holdOut)
                    .build();
            List<TokenBatch> contexts = new ArrayList<>();
            List<TextPosition> positions = new ArrayList<>();
            TextPosition end;
            try (ContextReader reader = corpus.read(split)) {
                positions.add(reader.position());
                for (TokenBatch next = reader.next(1); next != null; next = reader.next(1)) {
                    contexts.add(next);
                    positions.add(reader.position());
                }
                end = reader.position();
            }
            for (int from = 0; from <= contexts.size(); from += Math.max(1, contexts.size() / 12)) {
                try (ContextReader reader = chance(2) ? corpus.read(split) : corpus.readAhead(split, 3)) {
                    reader.seek(positions.get(from));
                    assertEquals(positions.get(from), reader.position());
                    TokenBatch rest = reader.next(contexts.size() + 1);
                    if (from == contexts.size()) {
                        assertNull(rest);
                    } else {
                        assertSame(TokenBatch.concat(contexts.subList(from, contexts.size())), rest);
                        assertEquals(end, reader.position());
                    }
                }
            }
        }
    }

    private static void assertSame(TokenBatch expected, TokenBatch found) {
        assertArrayEquals(expected.ids(), found.ids());
        assertArrayEquals(expected.documents(), found.documents());
        assertArrayEquals(expected.positions(), found.positions());
    }
}
