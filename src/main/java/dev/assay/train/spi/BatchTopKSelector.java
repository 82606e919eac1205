package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Selects the largest positive pre-activations of a whole batch, exactly. The first rows give a bound that about twice the wanted number of
 * entries should exceed, and only entries above it are collected. If they are too few, the batch is scanned again with the bound 0.
 *
 * <p>Entries equal to the smallest selected one are selected as well.
 */
final class BatchTopKSelector implements Selector {
    private static final int SAMPLE_ROWS = 64;
    private static final double HEADROOM = 2;

    private final long wanted;
    private final double perRow;
    private final NDArray norms; // [d_sae] or null for 1

    /**
     * Creates a selector.
     *
     * @param perRow entries per row on average
     * @param batchSize the rows of the batch
     * @param norms [d_sae], the factors of pre-activations in the ranking, or null for 1
     */
    BatchTopKSelector(double perRow, int batchSize, NDArray norms) {
        this.perRow = perRow;
        this.wanted = (long) (perRow * batchSize);
        this.norms = norms;
    }

    @Override
    public boolean ranksByNorm() {
        return norms != null;
    }

    @Override
    public Optional<Ranking> ranking() {
        return Optional.of(new Ranking(Ranking.Scope.BATCH, wanted, norms));
    }

    @Override
    public OptionalDouble activeShare(NDArray scores) {
        return OptionalDouble.empty();
    }

    @Override
    public NDArray dense(NDArray scores) {
        throw new UnsupportedOperationException("a selection over a batch needs all its rows");
    }

    @Override
    public SparseEntries select(ScoreChunks scores) {
        float[] bound = new float[1];
        SparseEntries all = scores.above(norms, first -> bound[0] = estimatedBound(first));
        if (all.values().size() < wanted && bound[0] > 0) {
            all = scores.above(norms, first -> 0);
        }
        if (all.values().size() > wanted) {
            NDArray smallest = Aten.topK(all.values(), (int) wanted).values().min();
            all = all.at(all.values().gte(smallest).nonzero().reshape(-1));
        }
        return all.dividedBy(norms);
    }

    /** The bound that {@link #HEADROOM} times the wanted entries exceed if all rows are like the first; at least 0. */
    private float estimatedBound(NDArray scores) {
        try (Scope scope = Scope.open()) {
            long rows = Math.min(SAMPLE_ROWS, scores.getShape().get(0));
            NDArray sample =
                    Candidates.maxima(scores.get(new NDIndex("0:{}", rows))).reshape(-1);
            long rank = (long) Math.ceil(HEADROOM * perRow * rows);
            if (rank >= sample.size()) {
                return 0;
            }
            float estimate = Aten.topK(sample, (int) rank).values().min().getFloat();
            return Math.max(estimate, 0);
        }
    }
}
