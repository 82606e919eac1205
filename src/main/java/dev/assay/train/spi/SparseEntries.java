package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Selected entries of a matrix [rows, d_sae] with their values, sorted by row.
 *
 * @param rows int64 [m], ascending
 * @param latents int64 [m]
 * @param values float32 [m]
 */
public record SparseEntries(NDArray rows, NDArray latents, NDArray values) {
    /**
     * Divides each value by a number of its latent.
     *
     * @param perLatent [d_sae], or null for 1
     */
    SparseEntries dividedBy(NDArray perLatent) {
        return perLatent == null ? this : new SparseEntries(rows, latents, values.div(ofLatents(perLatent)));
    }

    /** Returns some of the entries: positions int64, ascending. */
    SparseEntries at(NDArray positions) {
        return new SparseEntries(
                Aten.indexSelect(rows, 0, positions),
                Aten.indexSelect(latents, 0, positions),
                Aten.indexSelect(values, 0, positions));
    }

    /**
     * Keeps all three arrays beyond a scope.
     *
     * @param scope the scope
     * @return this
     */
    public SparseEntries keep(Scope scope) {
        scope.keep(rows);
        scope.keep(latents);
        scope.keep(values);
        return this;
    }

    private NDArray ofLatents(NDArray perLatent) {
        return Aten.indexSelect(perLatent, 0, latents);
    }
}
