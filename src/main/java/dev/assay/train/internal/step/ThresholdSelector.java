package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;

/** Selects every pre-activation above a bound. */
public final class ThresholdSelector implements Selector {
    /** Above this share of the places, five dense products beat one and four sparse ones. */
    public static final double DENSE = 1.0 / 24;

    private static final int SAMPLE_ROWS = 64;

    private final NDArray bound; // [d_sae] or null
    private final Candidates candidates = new Candidates();

    /**
     * Makes a selector.
     *
     * @param bound [d_sae], or null for 0
     */
    ThresholdSelector(NDArray bound) {
        this.bound = bound;
    }

    @Override
    public NDArray bound() {
        return bound;
    }

    @Override
    public boolean isDense(NDArray scores) {
        long rows = Math.min(scores.getShape().get(0), SAMPLE_ROWS);
        NDArray sample = scores.get(new NDIndex("0:{}", rows));
        long above = sample.gt(0f).toType(DataType.INT64, false).sum().getLong();
        return above > DENSE * sample.size();
    }

    @Override
    public NDArray dense(NDArray scores) {
        return scores;
    }

    @Override
    public void take(NDArray scores) {
        candidates.add(scores, 0);
    }

    @Override
    public SparseEntries finish() {
        return candidates.all();
    }
}
