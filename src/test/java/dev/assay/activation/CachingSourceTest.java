package dev.assay.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.TrainingInterruptedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CachingSourceTest {
    private static final int LENGTH = 32;
    private static final int ROW_BYTES = 48 * Float.BYTES + 20;
    private static final HookPoint SITE = HookPoint.residPost(0);

    private static HookedTransformer model;
    private static ModelActivationSource source;
    private static int batchesPerEpoch;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws Exception {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        source = ActivationSource.of(
                model,
                SITE,
                Corpus.of(model.tokenizer(), StoryCorpus.of(5, 90))
                        .contextLength(LENGTH)
                        .build());
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            while (stream.position().epoch() == 0) {
                next(stream);
                batchesPerEpoch++;
            }
            batchesPerEpoch--;
        }
        assertTrue(batchesPerEpoch >= 3, "only " + batchesPerEpoch + " batches");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** A source that counts the batches it computes. */
    private record Counted(ActivationSource of, AtomicInteger batches) implements ActivationSource {
        @Override
        public List<String> sites() {
            return of.sites();
        }

        @Override
        public List<Integer> widths() {
            return of.widths();
        }

        @Override
        public Device device() {
            return of.device();
        }

        @Override
        public Provenance provenance() {
            return of.provenance();
        }

        @Override
        public String modelHash() {
            return of.modelHash();
        }

        @Override
        public ActivationStream open(StreamPosition start) throws IOException {
            ActivationStream stream = of.open(start);
            return new ActivationStream() {
                @Override
                public StreamPosition position() {
                    return stream.position();
                }

                @Override
                public ActivationRows next() throws IOException {
                    batches.incrementAndGet();
                    return stream.next();
                }

                @Override
                public void close() throws IOException {
                    stream.close();
                }
            };
        }
    }

    /** A batch as numbers that can be compared. */
    private record Batch(StreamPosition before, StreamPosition after, float[] values, ActivationRows labels) {
        static void assertEqual(Batch expected, Batch found) {
            assertEquals(expected.before, found.before);
            assertEquals(expected.after, found.after);
            assertArrayEquals(expected.values, found.values);
            assertArrayEquals(expected.labels.tokens(), found.labels.tokens());
            assertArrayEquals(expected.labels.documents(), found.labels.documents());
            assertArrayEquals(expected.labels.positions(), found.labels.positions());
        }
    }

    private static Batch next(ActivationStream stream) throws IOException {
        try (Scope scope = Scope.open()) {
            StreamPosition before = stream.position();
            ActivationRows rows = stream.next();
            return new Batch(before, stream.position(), rows.values().toFloatArray(), rows);
        }
    }

    private static List<Batch> read(ActivationSource from, StreamPosition start, int batches) throws IOException {
        List<Batch> read = new ArrayList<>();
        try (ActivationStream stream = from.open(start)) {
            for (int i = 0; i < batches; i++) {
                read.add(next(stream));
            }
        }
        return read;
    }

    /** Reads three epochs and a half through a cache, and returns the number of computed batches. */
    private int computed(long bytes, long memoryBytes) throws IOException {
        int batches = 3 * batchesPerEpoch + 2;
        AtomicInteger computed = new AtomicInteger();
        ActivationSource cached = CachingSource.of(new Counted(source, computed), bytes, memoryBytes, folder);
        List<Batch> expected = read(source, StreamPosition.START, batches);
        List<Batch> found = read(cached, StreamPosition.START, batches);
        for (int i = 0; i < batches; i++) {
            Batch.assertEqual(expected.get(i), found.get(i));
        }
        assertEquals(List.of(), files());
        return computed.get();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void computesEachBatchOnceInMemory() throws IOException {
        // The batch after the last one is computed to find the end of the text.
        assertEquals(batchesPerEpoch + 1, computed(1 << 30, 1 << 30));
    }

    @Test
    void computesEachBatchOnceInAFile() throws IOException {
        assertEquals(batchesPerEpoch + 1, computed(1 << 30, 0));
    }

    @Test
    void continuesInAFileWhenTheMemoryIsFull() throws IOException {
        long oneBatch = 4096L * ROW_BYTES;
        assertEquals(batchesPerEpoch + 1, computed(1 << 30, oneBatch));
    }

    @Test
    void computesWhatExceedsTheLimitInEachEpoch() throws IOException {
        long oneBatch = 4096L * ROW_BYTES;
        int batches = 3 * batchesPerEpoch + 2;
        int computed = computed(oneBatch, oneBatch);
        assertEquals(batches - 2, computed, "expected the first batch to be served once the end of the text is known");
    }

    @Test
    void servesTheSameRowsFromAnyPosition() throws IOException {
        List<Batch> expected = read(source, StreamPosition.START, 2 * batchesPerEpoch + 1);
        for (int from = 1; from < batchesPerEpoch + 1; from++) {
            List<Batch> found = read(
                    CachingSource.of(source, 1 << 30, 0, folder),
                    expected.get(from).before(),
                    expected.size() - from);
            for (int i = from; i < expected.size(); i++) {
                Batch.assertEqual(expected.get(i), found.get(i - from));
            }
        }
    }

    @Test
    void computesADamagedBatchAgain() throws IOException {
        ActivationMemory memory = new ActivationMemory(1 << 30, 0, folder);
        AtomicInteger computed = new AtomicInteger();
        try (ActivationStream stream = new CachingStream(new Counted(source, computed), memory, StreamPosition.START)) {
            List<Batch> first = new ArrayList<>();
            for (int i = 0; i <= batchesPerEpoch; i++) {
                first.add(next(stream));
            }
            int firstBytes = first.get(0).labels().tokens().length * ROW_BYTES;
            memory.file().scratch().write(ByteBuffer.allocate(4), firstBytes + 100);
            assertEquals(first.get(1).before().context(), stream.position().context());
            assertEquals(1, stream.position().epoch());
            int before = computed.get();
            assertArrayEquals(first.get(1).values(), next(stream).values());
            assertArrayEquals(first.get(2).values(), next(stream).values());
            assertEquals(before + 1, computed.get());
        }
    }

    @Test
    void deletesTheFilesOfKilledProcesses() throws IOException {
        Path left = folder.resolve(".activations.01234567-89ab-cdef-0123-456789abcdef.assay-tmp");
        Path other = Files.createFile(folder.resolve("activations.bin"));
        Files.writeString(left, "left");
        read(CachingSource.of(source, 2L << 30, folder), StreamPosition.START, 1);
        assertEquals(List.of(other), files());
    }

    @Test
    void sourceWithoutBytesHasNoCache() {
        assertSame(source, CachingSource.of(source, 0, folder));
        assertThrows(InvalidInputException.class, () -> CachingSource.of(source, -1, folder));
    }

    private SaeTrainer trainer(Path out, long cacheBytes) {
        return SaeTrainer.of(TopK.of(4))
                .source(source)
                .dictionarySize(64)
                .tokens(60_000)
                .batchSize(1000)
                .bufferRows(4000)
                .output(out)
                .checkpointEvery(Duration.ZERO)
                .cacheBytes(cacheBytes)
                .report(false)
                .progress(false);
    }

    private static float[] weights(SaeTrainer trainer) throws IOException {
        try (SparseAutoencoder sae = trainer.train();
                NDArray encoder = sae.encoder().duplicate()) {
            return encoder.toFloatArray();
        }
    }

    @Test
    void trainingHasTheSameBitsWithACacheAndAfterAnInterruption() throws IOException {
        float[] expected = weights(trainer(folder.resolve("without"), 0));
        assertArrayEquals(expected, weights(trainer(folder.resolve("with"), 1 << 30)));
        for (long bytes : new long[] {0, 1 << 30}) {
            Path interrupted = folder.resolve("interrupted" + bytes);
            AtomicInteger checks = new AtomicInteger();
            assertThrows(
                    TrainingInterruptedException.class,
                    () -> trainer(interrupted, 1 << 30)
                            .stopWhen(() -> checks.incrementAndGet() > 40)
                            .train());
            assertArrayEquals(expected, weights(trainer(interrupted, bytes)));
        }
    }
}
