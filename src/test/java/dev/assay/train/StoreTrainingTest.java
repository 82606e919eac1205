package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.StoreActivationSource;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on stored activations. */
class StoreTrainingTest {
    private static final String SITE = "blocks.0.hook_resid_post";

    @TempDir
    private Path folder;

    /** A tenth of what the run trains on, so that it goes through several epochs. */
    private StoreActivationSource source(long tokens) throws IOException {
        return ActivationStore.write(SmallRun.source(), folder.resolve("store"))
                .tokens(tokens)
                .shardRows(7)
                .type(DataType.FLOAT16)
                .progress(false)
                .run()
                .store()
                .source(SITE);
    }

    @Test
    void resumesAfterFailuresAtRandomStepsToEqualResults() throws IOException {
        ActivationSource source = source(64);
        List<float[]> uninterrupted = train(source, folder.resolve("whole"));
        SplittableRandom random = new SplittableRandom(4);
        Path run = folder.resolve("run");
        int failures = 0;
        List<float[]> found = null;
        while (found == null) {
            try {
                found = train(new Failing(source, 15 + random.nextInt(20)), run);
            } catch (IOException killed) {
                failures++;
            }
        }
        assertTrue(failures > 2, "failures: " + failures);
        for (int i = 0; i < uninterrupted.size(); i++) {
            assertArrayEquals(uninterrupted.get(i), found.get(i)); // bit for bit
        }
        assertEquals(SmallRun.metrics(folder.resolve("whole")), SmallRun.metrics(run));
    }

    @Test
    void refusesToResumeOnAGrownStoreOrAnotherOrder() throws IOException {
        Path run = folder.resolve("run");
        assertThrows(IOException.class, () -> train(new Failing(source(64), 30), run));
        for (ActivationSource other : List.of(source(64).seed(1), source(65))) {
            String message = assertThrows(InvalidInputException.class, () -> train(other, run))
                    .getMessage();
            assertTrue(message.contains("part is all; 64 rows of store "), message);
        }
    }

    private static List<float[]> train(ActivationSource source, Path run) throws IOException {
        try (SparseAutoencoder sae = SmallRun.trainer(source, run).train()) {
            return SmallRun.numbers(sae);
        }
    }

    /** Fails after some passes, wherever it is opened. */
    private record Failing(ActivationSource source, int passes) implements ActivationSource {
        @Override
        public List<String> sites() {
            return source.sites();
        }

        @Override
        public List<Integer> widths() {
            return source.widths();
        }

        @Override
        public Device device() {
            return source.device();
        }

        @Override
        public Provenance provenance() {
            return source.provenance();
        }

        @Override
        public String modelHash() {
            return source.modelHash();
        }

        @Override
        public ActivationStream open(StreamPosition start) throws IOException {
            ActivationStream stream = source.open(start);
            int[] left = {passes};
            return new ActivationStream() {
                @Override
                public StreamPosition position() {
                    return stream.position();
                }

                @Override
                public ActivationRows next() throws IOException {
                    if (--left[0] == 0) {
                        throw new IOException("killed");
                    }
                    return stream.next();
                }

                @Override
                public void close() throws IOException {
                    stream.close();
                }
            };
        }
    }
}
