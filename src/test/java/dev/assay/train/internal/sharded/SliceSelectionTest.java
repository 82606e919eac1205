package dev.assay.train.internal.sharded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.collective.Collective;
import dev.assay.train.collective.InProcessCollectives;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.SparseEntries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Selections over slices equal a sort of all scores by (score descending, latent ascending), also with many equal scores. */
class SliceSelectionTest {
    private static final int ROWS = 70; // more than the rows from which a bound is estimated
    private static final int LATENTS = 40;

    private record Entry(int row, int latent, float score) {}

    @ParameterizedTest
    @CsvSource({"1, 1", "8, 1", "8, 2", "8, 3", "8, 8", "5, 4", "40, 7"})
    void resolvesTiesByLatent(int slices, int workers) throws Exception {
        SliceLayout layout = new SliceLayout(LATENTS, slices, workers);
        float[] scores = quantized();
        assertEquals(expectedOfRows(scores, 6), selected(layout, scores, Selector.topK(6)));
        assertEquals(expectedOfBatch(scores, 6 * ROWS), selected(layout, scores, Selector.batchTopK(6, ROWS)));
        assertEquals(expectedOfBatch(scores, 25 * ROWS), selected(layout, scores, Selector.batchTopK(25, ROWS)));
    }

    /** Scores with few different values, and rows of equal scores. */
    private static float[] quantized() {
        SplittableRandom random = new SplittableRandom(4);
        float[] scores = new float[ROWS * LATENTS];
        for (int i = 0; i < scores.length; i++) {
            int row = i / LATENTS;
            scores[i] = row % 9 == 0 ? 0.5f : random.nextInt(-4, 6) / 4f;
        }
        return scores;
    }

    private static List<Entry> entries(float[] scores) {
        return IntStream.range(0, scores.length)
                .mapToObj(i -> new Entry(i / LATENTS, i % LATENTS, scores[i]))
                .toList();
    }

    private static TreeSet<String> expectedOfRows(float[] scores, int k) {
        TreeSet<String> expected = new TreeSet<>();
        for (int row = 0; row < ROWS; row++) {
            int of = row;
            entries(scores).stream()
                    .filter(entry -> entry.row() == of)
                    .sorted(Comparator.comparing(Entry::score).reversed().thenComparing(Entry::latent))
                    .limit(k)
                    .forEach(entry -> expected.add(entry.toString()));
        }
        return expected;
    }

    private static TreeSet<String> expectedOfBatch(float[] scores, int wanted) {
        TreeSet<String> expected = new TreeSet<>();
        entries(scores).stream()
                .filter(entry -> entry.score() > 0)
                .sorted(Comparator.comparing(Entry::score)
                        .reversed()
                        .thenComparing(Entry::latent)
                        .thenComparing(Entry::row))
                .limit(wanted)
                .forEach(entry -> expected.add(entry.toString()));
        return expected;
    }

    private static TreeSet<String> selected(SliceLayout layout, float[] scores, Selector selector) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(layout.slices());
        try {
            List<Future<List<Entry>>> futures = new ArrayList<>();
            for (Collective collective : new InProcessCollectives(layout.workers()).members()) {
                SliceWorker worker = new SliceWorker(layout, collective);
                for (int i = 0; i < layout.slicesOf(collective.worker()); i++) {
                    int slice = worker.firstSlice() + i;
                    futures.add(threads.submit(() -> select(worker, slice, scores, selector)));
                }
            }
            TreeSet<String> all = new TreeSet<>();
            for (Future<List<Entry>> future : futures) {
                future.get().forEach(entry -> all.add(entry.toString()));
            }
            return all;
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Entry> select(SliceWorker worker, int slice, float[] scores, Selector selector) {
        int first = worker.layout().firstLatent(slice);
        int last = worker.layout().firstLatent(slice + 1);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDArray own = Aten.copy(
                    manager.create(scores, new Shape(ROWS, LATENTS)).get(new NDIndex(":, {}:{}", first, last)));
            SparseEntries entries = new SliceCommunication(worker, slice, manager, ROWS)
                    .select(selector, consumer -> consumer.accept(Aten.contiguous(own)));
            long[] rows = entries.rows().toLongArray();
            long[] latents = entries.latents().toLongArray();
            float[] values = entries.values().toFloatArray();
            return IntStream.range(0, rows.length)
                    .mapToObj(i -> new Entry((int) rows[i], first + (int) latents[i], values[i]))
                    .toList();
        }
    }
}
