package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.Workspace.Use;
import org.junit.jupiter.api.Test;

/** Arrays that outlive the steps that use them. */
class WorkspaceTest {
    private static void fill(NDArray array, float[] values) {
        Aten.copy_(array, array.getManager().create(values, array.getShape()));
    }

    @Test
    void aSmallerArrayLiesInTheMemoryOfTheLarger() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Workspace workspace = new Workspace(manager)) {
            try (Scope scope = Scope.open()) {
                fill(workspace.array(Use.ERROR, 2, 3), new float[] {1, 2, 3, 4, 5, 6});
                fill(workspace.array(Use.SCORES, 2, 3), new float[6]);
            }
            try (Scope scope = Scope.open()) {
                NDArray smaller = workspace.array(Use.ERROR, 2, 2);
                assertEquals(new Shape(2, 2), smaller.getShape());
                assertArrayEquals(new float[] {1, 2, 3, 4}, smaller.toFloatArray());
            }
        }
    }

    @Test
    void aLargerArrayTakesItsPlace() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Workspace workspace = new Workspace(manager);
                Scope scope = Scope.open()) {
            fill(workspace.array(Use.ERROR, 1, 2), new float[] {1, 2});
            fill(workspace.array(Use.ERROR, 3, 2), new float[] {1, 2, 3, 4, 5, 6});
            assertArrayEquals(
                    new float[] {1, 2, 3, 4, 5, 6},
                    workspace.array(Use.ERROR, 3, 2).toFloatArray());
        }
    }
}
