package dev.assay.tensor;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** The operations that a GPU has been given and not finished; on the CPU there are none. */
public final class Pending {
    private Pending() {}

    /**
     * Waits until they are done: who measures time must.
     *
     * @param manager of the device
     */
    public static void await(NDManager manager) {
        if (manager.getDevice().isGpu()) {
            try (Scope scope = Scope.open()) {
                manager.zeros(new Shape(1))
                        .toFloatArray(); // a number can be read only after all that was queued before
            }
        }
    }
}
