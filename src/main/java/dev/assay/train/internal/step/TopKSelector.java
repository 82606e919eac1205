package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.RowTopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** Selects the k largest pre-activations of each row. */
public final class TopKSelector implements Selector {
    private final int k;
    private final NDArray norms; // [d_sae] or null
    private final NDList indices = new NDList();
    private final NDList values = new NDList();

    /**
     * Makes a selector.
     *
     * @param k at most d_sae
     * @param norms [d_sae], what pre-activations are multiplied by for the ranking, or null for nothing
     */
    public TopKSelector(int k, NDArray norms) {
        this.k = k;
        this.norms = norms;
    }

    @Override
    public boolean ranksByNorm() {
        return norms != null;
    }

    @Override
    public boolean isDense(NDArray scores) {
        return k > ThresholdSelector.DENSE * scores.getShape().get(1);
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
    public void take(NDArray scores) {
        try (Scope scope = Scope.open()) {
            if (norms != null) {
                Aten.mul_(scores, norms.reshape(1, norms.size()));
            }
            Aten.Selection top = RowTopK.select(scores, k);
            indices.add(scope.keep(top.indices()));
            values.add(scope.keep(top.values()));
        }
    }

    @Override
    public SparseEntries finish() {
        NDArray latents = Candidates.joined(indices); // [batch, k]
        NDArray ranks = Candidates.joined(values).reshape(-1);
        long batch = latents.getShape().get(0);
        latents = latents.reshape(-1);
        NDArray rows = latents.getManager()
                .arange(0, (int) batch, 1, DataType.INT64)
                .reshape(batch, 1)
                .broadcast(new Shape(batch, k))
                .reshape(-1);
        return new SparseEntries(rows, latents, ranks).over(norms);
    }
}
