package dev.assay.train;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/**
 * Codes as m entries (row, latent), sorted by row. Each product costs m · d, where the dense one costs rows · d_sae · d: a bag of
 * table rows for each row or latent.
 */
final class SparseCodeSpace implements CodeSpace {
    private final int rows;
    private final int dSae;
    private final NDArray entryRows; // int64 [m], not falling
    private final NDArray latents; // int64 [m]
    private final NDArray rowOffsets; // int64 [rows]

    private final ByLatent byLatent;
    private NDArray sortedRows; // int64 [m]

    /**
     * Takes entries.
     *
     * @param entries where codes may differ from 0
     * @param rows of the batch
     * @param dSae the number of latents
     */
    SparseCodeSpace(Entries entries, int rows, int dSae) {
        this(entries.rows(), entries.latents(), rows, dSae);
    }

    private SparseCodeSpace(NDArray entryRows, NDArray latents, int rows, int dSae) {
        this.rows = rows;
        this.dSae = dSae;
        this.entryRows = entryRows;
        this.latents = latents;
        NDArray counts = Aten.binCount(entryRows, rows);
        this.rowOffsets = counts.cumSum(0).sub(counts);
        this.byLatent = new ByLatent(latents, dSae);
    }

    /**
     * The entries of neighbouring latents, as those of a dictionary of their own.
     *
     * @param space the entries, latents counted from the first
     * @param positions int64, where they stand among all
     */
    record Part(SparseCodeSpace space, NDArray positions) {}

    /** Returns the entries of the latents from one to before another. */
    Part part(int first, int last) {
        NDArray within = latents.gte((long) first).logicalAnd(latents.lt((long) last));
        NDArray positions = within.nonzero().reshape(-1);
        NDArray ofRows = Aten.indexSelect(entryRows, 0, positions);
        NDArray ofPart = Aten.indexSelect(latents, 0, positions).sub((long) first);
        return new Part(new SparseCodeSpace(ofRows, ofPart, rows, last - first), positions);
    }

    @Override
    public NDArray decode(NDArray table, NDArray values) {
        return Aten.embeddingBag(table, latents, rowOffsets, values);
    }

    @Override
    public NDArray codeGradient(NDArray table, NDArray gradient) {
        return Aten.embeddingBagWeightsGradient(gradient, table, latents, rowOffsets, entryRows);
    }

    @Override
    public NDArray byLatent(NDArray table, NDArray values) {
        if (sortedRows == null) {
            sortedRows = Aten.indexSelect(entryRows, 0, byLatent.order());
        }
        NDArray sorted = Aten.indexSelect(values, 0, byLatent.order());
        return Aten.embeddingBag(table, sortedRows, byLatent.offsets(), sorted);
    }

    @Override
    public void addByLatent(NDArray sum, NDArray table, NDArray values) {
        Aten.add_(sum, byLatent(table, values), 1);
    }

    @Override
    public NDArray sumByLatent(NDArray values) {
        return Aten.binCount(latents, values, dSae);
    }

    @Override
    public NDArray sumByRow(NDArray values) {
        return Aten.binCount(entryRows, values, rows);
    }

    @Override
    public NDArray ofLatents(NDArray perLatent) {
        return Aten.indexSelect(perLatent, 0, latents);
    }

    @Override
    public NDArray ofRows(NDArray perRow) {
        return Aten.indexSelect(perRow, 0, entryRows);
    }

    /** The entries sorted by latent, found when they are first asked for. */
    private static final class ByLatent {
        private final NDArray latents;
        private final int dSae;
        private NDArray order; // int64 [m]
        private NDArray offsets; // int64 [d_sae]

        ByLatent(NDArray latents, int dSae) {
            this.latents = latents;
            this.dSae = dSae;
        }

        NDArray order() {
            if (order == null) {
                order = Aten.sort(latents).indices();
            }
            return order;
        }

        NDArray offsets() {
            if (offsets == null) {
                NDArray counts = Aten.binCount(latents, dSae);
                offsets = counts.cumSum(0).sub(counts);
            }
            return offsets;
        }
    }
}
