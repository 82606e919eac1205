package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/**
 * The products of a training step that touch active latents only. Codes are m entries (row, latent, value), k to a row: each product
 * costs m · d_in, where the dense one costs batch · d_sae · d_in.
 *
 * <p>With codes c, decoder W, error gradient g = ∂loss/∂x̂ and the encoder's input s:
 *
 * <pre>
 * x̂      = c · W          a bag of decoder rows for each row of the batch
 * ∂c     = g · Wᵀ          only at the entries
 * ∂W     = cᵀ · g          a bag of rows of g for each latent
 * ∂W_enc = (∂pre)ᵀ · s     a bag of rows of s for each latent
 * </pre>
 */
final class SparseEngine {
    private final int dSae;
    private final NDArray latents; // int64 [m], the latent of each entry, row by row
    private final NDArray rowOffsets; // int64 [batch]
    private final NDArray entryRows; // int64 [m], the row of each entry

    private NDArray order; // int64 [m], the entries sorted by latent
    private NDArray latentOffsets; // int64 [d_sae]
    private NDArray sortedRows; // int64 [m]

    /**
     * Takes codes with the same number of entries in every row.
     *
     * @param indices int64 [batch, perRow], the latents of each row
     * @param layout the row of each entry, the same for every batch of this shape
     * @param dSae the number of latents
     */
    SparseEngine(NDArray indices, RowLayout layout, int dSae) {
        this.dSae = dSae;
        this.latents = indices.reshape(-1);
        this.rowOffsets = layout.offsets();
        this.entryRows = layout.entryRows();
    }

    /** Which row each entry belongs to, when every row has as many: made once and kept by whoever trains. */
    record RowLayout(int batch, int perRow, NDArray offsets, NDArray entryRows) implements AutoCloseable {
        static RowLayout of(NDManager manager, int batch, int perRow) {
            long[] offsets = new long[batch];
            long[] rows = new long[batch * perRow];
            for (int row = 0; row < batch; row++) {
                offsets[row] = (long) row * perRow;
                Arrays.fill(rows, row * perRow, (row + 1) * perRow, row);
            }
            return new RowLayout(
                    batch,
                    perRow,
                    Scope.outside(() -> manager.create(offsets)),
                    Scope.outside(() -> manager.create(rows)));
        }

        @Override
        public void close() {
            offsets.close();
            entryRows.close();
        }
    }

    /** Returns x̂ without the decoder's bias: values [m] → [batch, d_in]. */
    NDArray decode(NDArray decoder, NDArray values) {
        return Aten.embeddingBag(decoder, latents, rowOffsets, values);
    }

    /** Returns ∂c at the entries: g [batch, d_in] → [m]. */
    NDArray codeGradient(NDArray decoder, NDArray g) {
        return Aten.embeddingBagWeightsGradient(g, decoder, latents, rowOffsets, entryRows);
    }

    /**
     * Returns {@code Σ weight · table[row]} over the entries of each latent.
     *
     * @param table [batch, d]
     * @param weights [m]
     * @return [d_sae, d]
     */
    NDArray byLatent(NDArray table, NDArray weights) {
        transpose();
        return Aten.embeddingBag(table, sortedRows, latentOffsets, Aten.indexSelect(weights, 0, order));
    }

    /** Returns the sum of the weights on each latent: [m] → [d_sae]. */
    NDArray sumByLatent(NDArray weights) {
        return Aten.binCount(latents, weights, dSae);
    }

    private void transpose() {
        if (order != null) {
            return;
        }
        Aten.Selection sorted = Aten.sort(latents);
        order = sorted.indices();
        NDArray counts = Aten.binCount(latents, dSae);
        latentOffsets = counts.cumSum(0).sub(counts);
        sortedRows = Aten.indexSelect(entryRows, 0, order);
    }
}
