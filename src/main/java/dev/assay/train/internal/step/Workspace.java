package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import java.util.EnumMap;
import java.util.Map;

/**
 * The large arrays of training steps, made once and used again by every step. Fresh ones would cost a page fault every 4 KiB, and coming
 * and going between small ones they would leave gaps that none of them fits into. Dictionaries that take turns share one workspace.
 */
public final class Workspace implements AutoCloseable {
    /** What an array is for, from when to when in a step. */
    enum Use {
        /** A piece of the encoder's product, while places are selected in it; free when all losses of active latents are known. */
        SCORES,
        /** The codes of a dense piece, where they do not take the place of scores. */
        CODES,
        /** Their gradient. */
        CODE_GRADIENT,
        /** Of the same shape, for what is summed at once. */
        SCRATCH,
        /** Pre-activations of latents that may be dead, for the whole step. */
        SUSPECTS,
        /** What is left over of each row, for the whole step. */
        ERROR,
        /** The gradient of a reconstruction of several parts, until the encoder's gradient is due. */
        RECONSTRUCTION_GRADIENT,
        /** From the losses to the update. */
        ENCODER_GRADIENT,
        /** From the losses to the update. */
        DECODER_GRADIENT
    }

    private final NDManager manager;
    private final Map<Use, NDArray> arrays = new EnumMap<>(Use.class); // one-dimensional, as long as was ever asked for

    /**
     * Makes an empty workspace.
     *
     * @param manager owns the arrays
     */
    public Workspace(NDManager manager) {
        this.manager = manager;
    }

    /**
     * Returns the array of a use, which holds what was last written there, by whatever step.
     *
     * @param use what for
     * @param rows of the array
     * @param columns of the array
     * @return [rows, columns], a view that belongs to the open scope
     */
    NDArray array(Use use, long rows, long columns) {
        long size = rows * columns;
        NDArray flat = arrays.get(use);
        if (flat == null || flat.size() < size) {
            if (flat != null) {
                flat.close();
            }
            flat = Scope.detached(() -> manager.create(new Shape(size)));
            arrays.put(use, flat);
        }
        return flat.get(new NDIndex("0:{}", size)).reshape(rows, columns);
    }

    @Override
    public void close() {
        arrays.values().forEach(NDArray::close);
    }
}
