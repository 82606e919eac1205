package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.CodeSpace;
import java.util.OptionalDouble;

/** Codes as a matrix [rows, d_sae], for batches in which many latents are active. */
final class DenseCodeSpace implements CodeSpace {
    /** The rows of a chunk on the CPU. Smaller chunks slow down the matrix products; larger chunks need larger arrays. */
    static final int ROWS = 512;

    private final Workspace workspace;

    /**
     * Creates a space.
     *
     * @param workspace the arrays that are reused by every chunk
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
    public OptionalDouble smallest(NDArray values) {
        return OptionalDouble.of(values.min().getFloat());
    }

    @Override
    public NDArray ofLatents(NDArray perLatent) {
        return perLatent.reshape(1, perLatent.size());
    }

    @Override
    public NDArray ofRows(NDArray perRow) {
        return perRow.reshape(perRow.size(), 1);
    }

    @Override
    public Part part(int first, int last) {
        NDIndex columns = new NDIndex(":, {}:{}", first, last);
        return new Part() {
            @Override
            public CodeSpace space() {
                return new DenseCodeSpace(workspace);
            }

            @Override
            public NDArray select(NDArray values) {
                return values.get(columns);
            }

            @Override
            public void assign(NDArray values, NDArray part) {
                Aten.copy_(values.get(columns), part);
            }
        };
    }
}
