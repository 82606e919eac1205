package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Selects the k largest pre-activations of each row.
 *
 * @param k at most d_sae
 * @param norms [d_sae], the factors of pre-activations in the ranking, or null for 1
 */
record TopKSelector(int k, NDArray norms) implements Selector {
    @Override
    public boolean ranksByNorm() {
        return norms != null;
    }

    @Override
    public Optional<Ranking> ranking() {
        return Optional.of(new Ranking(Ranking.Scope.ROW, k, norms));
    }

    @Override
    public OptionalDouble activeShare(NDArray scores) {
        return OptionalDouble.of((double) k / scores.getShape().get(1));
    }

    @Override
    public Cost cost() {
        return Cost.TOP_K;
    }

    @Override
    public NDArray dense(NDArray scores) {
        try (Scope scope = Scope.open()) {
            NDArray ranks = norms == null ? scores : scores.mul(norms.reshape(1, norms.size()));
            Aten.Selection top = Aten.topK(ranks, k);
            NDArray kept = Aten.scatter(
                    scores.zerosLike(), 1, top.indices(), top.values().onesLike());
            Aten.mul_(scores, kept);
        }
        return scores;
    }

    @Override
    public SparseEntries select(ScoreChunks scores) {
        return scores.largest(k, norms).dividedBy(norms);
    }
}
