package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import java.util.Optional;
import java.util.OptionalDouble;

/** Selects every pre-activation above the bound of its latent. */
final class ThresholdSelector implements Selector {
    private static final int SAMPLE_ROWS = 64;

    private final NDArray bound; // [d_sae] or null for 0

    /**
     * Creates a selector.
     *
     * @param bound [d_sae], or null for 0
     */
    ThresholdSelector(NDArray bound) {
        this.bound = bound;
    }

    @Override
    public Optional<NDArray> bound() {
        return Optional.ofNullable(bound);
    }

    @Override
    public OptionalDouble activeShare(NDArray scores) {
        long rows = Math.min(scores.getShape().get(0), SAMPLE_ROWS);
        NDArray sample = scores.get(new NDIndex("0:{}", rows));
        long above =
                Aten.greaterThan(sample, 0).toType(DataType.INT64, false).sum().getLong();
        return OptionalDouble.of((double) above / sample.size());
    }

    @Override
    public Cost cost() {
        return bound == null ? Cost.THRESHOLD : Cost.TRAINED_BOUND;
    }

    @Override
    public NDArray dense(NDArray scores) {
        return scores;
    }

    @Override
    public SparseEntries select(ScoreChunks scores) {
        return scores.above(null, first -> 0);
    }
}
