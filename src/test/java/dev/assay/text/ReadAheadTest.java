package dev.assay.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReadAheadTest {
    private static Tokenizer tokenizer;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = Tokenizer.load(TokenizerTest.fixture());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @AfterEach
    void leavesNoThread() {
        assertNull(thread());
    }

    private static Thread thread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("assay-read-ahead"))
                .findFirst()
                .orElse(null);
    }

    private static Corpus corpus(TextSource source) {
        return Corpus.of(tokenizer, source).contextLength(8).heldOutEvery(0).build();
    }

    /** An infinite sequence of documents of several contexts each, with a count of documents read. */
    private record Endless(AtomicInteger read) implements TextSource {
        @Override
        public DocumentReader open() {
            return new DocumentReader() {
                @Override
                public Document next() {
                    int index = read.getAndIncrement();
                    return new Document("d" + index, "Document " + index + " goes on and on and on and on and on.");
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }

        @Override
        public String description() {
            return "endless";
        }
    }

    @Test
    void matchesContextsAndPositionsOfPlainReader() throws IOException {
        Corpus corpus = corpus(StoryCorpus.of(1, 30));
        for (int ahead : new int[] {1, 5, 1000}) {
            try (ContextReader plain = corpus.read(Split.ALL);
                    ContextReader reader = corpus.readAhead(Split.ALL, ahead)) {
                int rows = 1;
                TokenBatch expected;
                do {
                    assertEquals(plain.position(), reader.position());
                    expected = plain.next(rows);
                    TokenBatch found = reader.next(rows);
                    if (expected == null) {
                        assertNull(found);
                    } else {
                        assertEquals(expected.rows(), found.rows());
                        assertArrayEquals(expected.ids(), found.ids());
                        assertArrayEquals(expected.documents(), found.documents());
                        assertArrayEquals(expected.positions(), found.positions());
                    }
                    rows = rows % 7 + 1;
                } while (expected != null);
                assertEquals(plain.position(), reader.position());
                assertNull(reader.next(1));
            }
        }
    }

    @Test
    void matchesFailuresOfPlainReader() throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.writeString(
                file, "{\"text\": \"one two three four five six seven eight nine ten\"}\n".repeat(9) + "{oops\n");
        Corpus corpus = corpus(TextSource.files(List.of(file)));
        int served = 0;
        String message = null;
        try (ContextReader plain = corpus.read(Split.ALL)) {
            while (true) {
                plain.next(1);
                served++;
            }
        } catch (InvalidInputException e) {
            message = e.getMessage();
        }
        assertTrue(served > 5 && message.contains("line 10"), message);
        try (ContextReader reader = corpus.readAhead(Split.ALL, 3)) {
            for (int i = 0; i < served; i++) {
                assertEquals(1, reader.next(1).rows());
            }
            InvalidInputException first = assertThrows(InvalidInputException.class, () -> reader.next(1));
            assertEquals(message, first.getMessage());
            assertSame(first, assertThrows(InvalidInputException.class, () -> reader.next(1)));
        }
        try (ContextReader reader = corpus.readAhead(Split.ALL, 3)) {
            assertThrows(InvalidInputException.class, () -> reader.next(1000));
        }
        IOException disk = new IOException("the disk is gone");
        try (ContextReader reader = corpus(source(() -> {
                    throw disk;
                }))
                .readAhead(Split.ALL, 3)) {
            assertSame(disk, assertThrows(IOException.class, () -> reader.next(1)));
        }
    }

    @Test
    void tokenizesAheadOfRequests() throws Exception {
        AtomicInteger read = new AtomicInteger();
        try (ContextReader reader = corpus(new Endless(read)).readAhead(Split.ALL, 40)) {
            assertEquals(0, read.get());
            reader.next(1);
            Thread producer = thread();
            assertTrue(producer.isDaemon());
            while (producer.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            // The queue is full: 40 contexts of 8 tokens, of documents with at least 8 and at most 64 tokens.
            int ahead = read.get();
            assertTrue(ahead >= 41 * 8 / 64 && ahead <= 43, ahead + " documents");
            Thread.sleep(20);
            assertEquals(ahead, read.get());
        }
        assertNull(thread());
    }

    @Test
    void closingStopsThreadInAnyState() throws Exception {
        try (ContextReader never = corpus(new Endless(new AtomicInteger())).readAhead(Split.ALL, 1)) {
            assertFalse(never.position().context() > 0);
        }
        CountDownLatch waiting = new CountDownLatch(1);
        TextSource blocked = TextSource.of(List.of(new Document("a", "one two three four five six seven eight nine")))
                .then(source(() -> {
                    waiting.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new InterruptedIOException("closed");
                    }
                    return null;
                }));
        ContextReader reader = corpus(blocked).readAhead(Split.ALL, 4);
        reader.next(1);
        assertTrue(waiting.await(10, TimeUnit.SECONDS));
        reader.close();
        assertNull(thread());
    }

    @Test
    void seekingRestartsThread() throws IOException {
        Corpus corpus = corpus(StoryCorpus.of(1, 30));
        try (ContextReader plain = corpus.read(Split.ALL);
                ContextReader reader = corpus.readAhead(Split.ALL, 10)) {
            plain.next(50);
            reader.next(3);
            reader.seek(plain.position());
            assertEquals(plain.position(), reader.position());
            assertArrayEquals(plain.next(4).ids(), reader.next(4).ids());
        }
    }

    private interface Next {
        Document next() throws IOException;
    }

    private static TextSource source(Next next) {
        return new TextSource() {
            @Override
            public DocumentReader open() {
                return new DocumentReader() {
                    @Override
                    public Document next() throws IOException {
                        return next.next();
                    }

                    @Override
                    public void close() {
                        // Nothing is open.
                    }
                };
            }

            @Override
            public String description() {
                return "a source of the test";
            }
        };
    }
}
