package dev.assay.train.internal.sharded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.train.collective.Exchange;
import dev.assay.train.internal.step.SliceReduction;
import dev.assay.train.spi.ScoreChunks;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.SparseEntries;
import java.util.Arrays;
import java.util.List;

/** The communication of one slice: contributions of the slices of a worker are combined, then exchanged between workers. */
final class SliceCommunication implements SliceReduction {
    /** The bound of a batch selection should be exceeded by this multiple of the wanted entries. */
    private static final double HEADROOM = 2;

    private static final int FIRST_SHIFT = Integer.SIZE - Byte.SIZE;

    private final SliceWorker worker;
    private final int slice;
    private final NDManager manager;
    private final int batchSize;

    /**
     * Connects a slice.
     *
     * @param worker of the slice
     * @param slice its number
     * @param manager creates the arrays of results
     * @param batchSize rows per step
     */
    SliceCommunication(SliceWorker worker, int slice, NDManager manager, int batchSize) {
        this.manager = manager;
        this.worker = worker;
        this.slice = slice;
        this.batchSize = batchSize;
    }

    @Override
    public boolean isWhole() {
        return false;
    }

    @Override
    public NDArray sum(Exchange exchange, NDArray partial) {
        NDArray floats = partial.toType(DataType.FLOAT32, false);
        if (floats.size() == 1) {
            float number = (float) sum(exchange, new double[] {floats.getFloat()})[0];
            return partial.getManager().create(number).reshape(partial.getShape());
        }
        float[] sum =
                worker.<float[], float[]>meet(slice, floats.toFloatArray(), ofSlices -> worker.sum(exchange, ofSlices));
        return partial.getManager().create(sum, partial.getShape());
    }

    @Override
    public double[] sum(Exchange exchange, double[] partial) {
        double[] sum = new double[partial.length];
        for (double[] ofSlice : gather(exchange, partial)) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += ofSlice[i];
            }
        }
        return sum;
    }

    @Override
    public long sum(Exchange exchange, long partial) {
        return (long) sum(exchange, new double[] {partial})[0];
    }

    @Override
    public double smallest(double partial) {
        return gather(Exchange.SMALLEST_CODE, partial).stream()
                .mapToDouble(ofSlice -> ofSlice[0])
                .min()
                .orElse(partial);
    }

    private List<double[]> gather(Exchange exchange, double... numbers) {
        return worker.<double[], List<double[]>>meet(slice, numbers, ofSlices -> worker.gather(exchange, ofSlices));
    }

    @Override
    public NDArray kthLargest(NDArray ranks, int k) {
        long rows = ranks.getShape().get(0);
        int count = (int) Math.min(k, ranks.getShape().get(1));
        float[] largest = count == 0
                ? new float[0]
                : Aten.topKSorted(ranks, count).values().toFloatArray();
        float[] last = worker.<RowLists, float[]>meet(
                slice,
                new RowLists((int) rows, largest),
                ofSlices -> worker.lastOfRows(Exchange.AUXILIARY_SELECTION, ofSlices, k));
        return ranks.getManager().create(last, new Shape(rows, 1));
    }

    @Override
    public SparseEntries select(Selector selector, ScoreChunks scores) {
        if (selector.ranking().isEmpty()) {
            return selector.select(scores);
        }
        Selector.Ranking ranking = selector.ranking().get();
        BatchSelection.Entries entries = ranking.scope() == Selector.Ranking.Scope.ROW
                ? selectOfRows(scores, ranking)
                : selectOfBatch(scores, ranking);
        NDArray latents = Aten.longs(manager, entries.latents());
        NDArray values = manager.create(entries.values());
        NDArray norms = ranking.norms();
        return new SparseEntries(
                Aten.longs(manager, entries.rows()),
                latents,
                norms == null ? values : values.div(Aten.indexSelect(norms, 0, latents)));
    }

    private BatchSelection.Entries selectOfRows(ScoreChunks scores, Selector.Ranking ranking) {
        int width = worker.layout().firstLatent(slice + 1) - worker.layout().firstLatent(slice);
        int count = (int) Math.min(ranking.count(), width);
        RowSelection largest = RowSelection.of(scores, ranking.norms(), count);
        int[] counts = worker.<RowLists, List<int[]>>meet(
                        slice,
                        largest.lists(),
                        ofSlices -> worker.selectRows(Exchange.ROW_SELECTION, ofSlices, (int) ranking.count()))
                .get(slice - worker.firstSlice());
        int size = Arrays.stream(counts).sum();
        long[] rows = new long[size];
        long[] latents = new long[size];
        float[] values = new float[size];
        int at = 0;
        for (int row = 0; row < counts.length; row++) {
            Arrays.fill(rows, at, at + counts[row], row);
            System.arraycopy(largest.latents(), row * count, latents, at, counts[row]);
            System.arraycopy(largest.lists().values(), row * count, values, at, counts[row]);
            at += counts[row];
        }
        return new BatchSelection.Entries(rows, latents, values);
    }

    private BatchSelection.Entries selectOfBatch(ScoreChunks scores, Selector.Ranking ranking) {
        BatchSelection candidates = BatchSelection.above(scores, ranking.norms(), chunk -> bound(chunk, ranking));
        long all = sum(Exchange.BATCH_SELECTION, candidates.count());
        if (all < ranking.count() && candidates.bound() > 0) {
            candidates = BatchSelection.above(scores, ranking.norms(), chunk -> 0);
            all = sum(Exchange.BATCH_SELECTION, candidates.count());
        }
        return all <= ranking.count() ? candidates.all() : select(candidates, ranking.count());
    }

    /** Returns the bound that {@link #HEADROOM} times the wanted entries exceed if all rows are like the first; at least 0. */
    private float bound(NDArray chunk, Selector.Ranking ranking) {
        long sampled = Math.min(BatchSelection.SAMPLE_ROWS, chunk.getShape().get(0));
        int rank = (int) Math.ceil(HEADROOM * ranking.count() / batchSize * sampled);
        if (rank >= sampled * worker.layout().dSae()) {
            return 0;
        }
        float[] estimate = worker.<RowLists, float[]>meet(
                slice,
                BatchSelection.sample(chunk, rank),
                ofSlices -> worker.lastOfRows(Exchange.BATCH_SELECTION, ofSlices, rank));
        return Math.max(estimate[0], 0);
    }

    /** Selects the {@code wanted} largest of more candidates. */
    private BatchSelection.Entries select(BatchSelection candidates, long wanted) {
        int bits = 0;
        double left = wanted; // selected entries among those that agree with the known bytes
        for (int shift = FIRST_SHIFT; shift >= 0; shift -= Byte.SIZE) {
            double[] counts = sum(Exchange.BATCH_SELECTION, candidates.histogram(bits, shift));
            int bin = BatchSelection.BINS - 1;
            while (counts[bin] < left) {
                left -= counts[bin];
                bin--;
            }
            bits |= bin << shift;
        }
        float smallest = Float.intBitsToFloat(bits);
        List<double[]> equal = gather(Exchange.BATCH_SELECTION, candidates.countEqual(smallest));
        for (double[] ofEarlier : equal.subList(0, slice)) {
            left -= ofEarlier[0];
        }
        long ties = (long) Math.max(0, Math.min(left, equal.get(slice)[0]));
        return candidates.selected(smallest, ties);
    }
}
