package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.SparseEntries;
import org.junit.jupiter.api.Test;

/** The entries of a range of latents, as a list and as a matrix. */
class CodeSpacePartTest {
    private static final int ROWS = 7;
    private static final int LATENTS = 10;
    private static final int WIDTH = 4;
    private static final int FIRST = 3;
    private static final int LAST = 8;

    @Test
    void sparseAndDensePartsComputeTheSameProducts() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Workspace workspace = new Workspace(manager)) {
            NDArray scores = Gaussian.array(manager, new Shape(ROWS, LATENTS), 1);
            NDArray table =
                    Gaussian.array(manager, new Shape(LATENTS, WIDTH), 2).get(FIRST + ":" + LAST);
            SparseEntries entries = Selector.positive().select(consumer -> consumer.accept(scores.duplicate()));
            CodeSpace sparse = new SparseCodeSpace(entries, ROWS, LATENTS);
            CodeSpace dense = new DenseCodeSpace(workspace);
            NDArray codes = scores.maximum(0f);
            assertArrayEquals(
                    decoded(sparse.part(FIRST, LAST), table, entries.values(), manager),
                    decoded(dense.part(FIRST, LAST), table, codes, manager),
                    1e-5f);

            NDArray assigned = codes.duplicate();
            dense.part(FIRST, LAST).assign(assigned, manager.ones(new Shape(ROWS, LAST - FIRST)));
            NDArray expected = codes.duplicate();
            expected.set(new NDIndex(":, " + FIRST + ":" + LAST), 1f);
            assertArrayEquals(expected.toFloatArray(), assigned.toFloatArray());
        }
    }

    private static float[] decoded(CodeSpace.Part part, NDArray table, NDArray values, NDManager manager) {
        NDArray sum = manager.zeros(new Shape(ROWS, WIDTH));
        part.space().addDecoded(sum, table, part.select(values));
        return sum.toFloatArray();
    }
}
