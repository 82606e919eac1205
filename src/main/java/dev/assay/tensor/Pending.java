package dev.assay.tensor;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** Queued operations of a GPU. On the CPU there are none. */
public final class Pending {
    private Pending() {}

    /**
     * Waits until all queued operations are complete, which is required before reading a clock.
     *
     * @param manager a manager on the device
     */
    public static void await(NDManager manager) {
        if (manager.getDevice().isGpu()) {
            try (Scope scope = Scope.open()) {
                manager.zeros(new Shape(1)).toFloatArray(); // reading a number waits for all operations queued before
            }
        }
    }
}
