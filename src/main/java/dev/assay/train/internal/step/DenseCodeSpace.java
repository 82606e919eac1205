package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/** Codes as a matrix [rows, d_sae], for rows in which a good part of the latents is active. */
final class DenseCodeSpace implements CodeSpace {
    /** Rows of a piece: its arrays should stay small, but with fewer rows the products slow down. */
    static final int ROWS = 512;

    private final Workspace workspace;

    /**
     * Makes a space.
     *
     * @param workspace for what would else be a fresh array, and its page faults, for every piece
     */
    DenseCodeSpace(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public void addDecoded(NDArray sum, NDArray table, NDArray values) {
        Aten.addmm(sum, values, table, sum);
    }

    @Override
    public NDArray codeGradient(NDArray table, NDArray gradient) {
        long rows = gradient.getShape().get(0);
        NDArray codeGradient = workspace.array(
                Workspace.Use.CODE_GRADIENT, rows, table.getShape().get(0));
        Aten.mm(gradient, table.transpose(), codeGradient);
        return codeGradient;
    }

    @Override
    public NDArray scratch(NDArray values) {
        return like(values, Workspace.Use.SCRATCH);
    }

    @Override
    public NDArray codes(NDArray values) {
        return like(values, Workspace.Use.CODES);
    }

    private NDArray like(NDArray values, Workspace.Use use) {
        return workspace.array(use, values.getShape().get(0), values.getShape().get(1));
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
