package dev.assay.train;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/** Codes as a matrix [rows, d_sae], for rows in which a good part of the latents is active. */
final class DenseCodeSpace implements CodeSpace {
    static final DenseCodeSpace INSTANCE = new DenseCodeSpace();

    /** Rows of a piece: its arrays should stay small, but with fewer rows the products slow down, */
    private static final int ROWS = 512;
    /** and more so where the gradients, which every piece adds to, outgrow the cache. */
    private static final int ROWS_OF_MANY = 1024;

    private static final int MANY = 8192;

    private DenseCodeSpace() {}

    /** How many rows are best treated at once. */
    static int pieceRows(long dSae) {
        return dSae > MANY ? ROWS_OF_MANY : ROWS;
    }

    @Override
    public void addDecoded(NDArray sum, NDArray table, NDArray values) {
        Aten.addmm(sum, values, table, sum);
    }

    @Override
    public NDArray codeGradient(NDArray table, NDArray gradient) {
        return gradient.matMul(table.transpose());
    }

    @Override
    public void byLatent(NDArray out, NDArray rows, NDArray values) {
        Aten.mm(values.transpose(), rows, out);
    }

    @Override
    public void addByLatent(NDArray sum, NDArray rows, NDArray values) {
        Aten.addmm(sum, values.transpose(), rows, sum);
    }

    @Override
    public NDArray sumByLatent(NDArray values) {
        return values.sum(new int[] {0});
    }

    @Override
    public NDArray sumByRow(NDArray values) {
        return values.sum(new int[] {1});
    }

    @Override
    public NDArray ofLatents(NDArray perLatent) {
        return perLatent.reshape(1, perLatent.size());
    }

    @Override
    public NDArray ofRows(NDArray perRow) {
        return perRow.reshape(perRow.size(), 1);
    }
}
