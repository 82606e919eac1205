package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Places of a matrix [rows, d_sae] with what stands there, sorted by row.
 *
 * @param rows int64 [m], not falling
 * @param latents int64 [m]
 * @param values float32 [m]
 */
public record SparseEntries(NDArray rows, NDArray latents, NDArray values) {
    /** The same places with what stands there over a number of each latent: [d_sae], null for 1. */
    SparseEntries over(NDArray perLatent) {
        return perLatent == null ? this : new SparseEntries(rows, latents, values.div(ofLatents(perLatent)));
    }

    /** Some of the entries: positions int64, rising. */
    SparseEntries at(NDArray positions) {
        return new SparseEntries(
                Aten.indexSelect(rows, 0, positions),
                Aten.indexSelect(latents, 0, positions),
                Aten.indexSelect(values, 0, positions));
    }

    /** Takes all three arrays out of a scope. */
    SparseEntries keep(Scope scope) {
        scope.keep(rows);
        scope.keep(latents);
        scope.keep(values);
        return this;
    }

    private NDArray ofLatents(NDArray perLatent) {
        return Aten.indexSelect(perLatent, 0, latents);
    }
}
