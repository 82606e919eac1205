package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Selects the largest positive pre-activations of a whole batch, exactly. From the first rows a bound is guessed that about twice as
 * many entries exceed as are wanted; only those are kept until the last row was seen. A guess that proves too high is given up.
 *
 * <p>Entries that equal the smallest selected one are selected, too.
 */
final class BatchTopKSelector implements Selector {
    private static final int SAMPLE_ROWS = 64;
    private static final double HEADROOM = 2;

    private final long wanted;
    private final double perRow;
    private final NDArray norms; // [d_sae] or null
    private Candidates candidates = new Candidates();
    private Float bound;

    /**
     * Makes a selector.
     *
     * @param perRow entries a row, on average
     * @param batch rows
     * @param norms [d_sae], what pre-activations are multiplied by for the ranking, or null for nothing
     */
    BatchTopKSelector(double perRow, int batch, NDArray norms) {
        this.perRow = perRow;
        this.wanted = (long) (perRow * batch);
        this.norms = norms;
    }

    @Override
    public boolean ranksByNorm() {
        return norms != null;
    }

    @Override
    public boolean isDense(NDArray scores) {
        return false;
    }

    @Override
    public NDArray dense(NDArray scores) {
        throw new UnsupportedOperationException("a selection over a batch needs all its rows");
    }

    @Override
    public void take(NDArray scores) {
        if (norms != null) {
            Aten.mul_(scores, norms.reshape(1, norms.size()));
        }
        if (bound == null) {
            bound = guess(scores);
        }
        candidates.add(scores, bound);
    }

    /** What about {@link #HEADROOM} times the wanted entries exceed, if the first rows are like the others; at least 0. */
    private float guess(NDArray scores) {
        try (Scope scope = Scope.open()) {
            long rows = Math.min(SAMPLE_ROWS, scores.getShape().get(0));
            NDArray sample =
                    Candidates.maxima(scores.get(new NDIndex("0:{}", rows))).reshape(-1);
            long rank = (long) Math.ceil(HEADROOM * perRow * rows);
            if (rank >= sample.size()) {
                return 0;
            }
            float guessed = Aten.topK(sample, (int) rank).values().min().getFloat();
            return Math.max(guessed, 0);
        }
    }

    @Override
    public SparseEntries finish() {
        if (candidates.count() < wanted && bound > 0) {
            bound = 0f;
            candidates = new Candidates();
            return null;
        }
        SparseEntries all = candidates.all();
        if (all.values().size() > wanted) {
            NDArray smallest = Aten.topK(all.values(), (int) wanted).values().min();
            all = all.at(all.values().gte(smallest).nonzero().reshape(-1));
        }
        return all.over(norms);
    }
}
