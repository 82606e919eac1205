package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.RowTopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Optional;

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
    public boolean isDense(NDArray scores) {
        return k > DENSE_SHARE * scores.getShape().get(1);
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
        NDList indices = new NDList();
        NDList values = new NDList();
        scores.forEach(chunk -> {
            try (Scope scope = Scope.open()) {
                if (norms != null) {
                    Aten.mul_(chunk, norms.reshape(1, norms.size()));
                }
                Aten.Selection top = RowTopK.select(chunk, k); // [rows, k]
                indices.add(scope.keep(top.indices()));
                values.add(scope.keep(top.values()));
            }
        });
        NDArray latents = Candidates.joined(indices); // [batch, k]
        NDArray ranks = Candidates.joined(values).reshape(-1);
        long batch = latents.getShape().get(0);
        NDArray rows = latents.getManager()
                .arange(0, (int) batch, 1, DataType.INT64)
                .reshape(batch, 1)
                .broadcast(new Shape(batch, k))
                .reshape(-1);
        return new SparseEntries(rows, latents.reshape(-1), ranks).dividedBy(norms);
    }
}
