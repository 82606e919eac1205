package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import java.util.EnumMap;
import java.util.Map;

/**
 * The large arrays of training steps, allocated once and reused by every step. New arrays would cost a page fault every 4 KiB, and freeing them
 * between small arrays would fragment the memory. Runs that alternate share one workspace.
 */
public final class Workspace implements AutoCloseable {
    /** The use of an array, and the part of a step in which its content is valid. */
    enum Use {
        /** A chunk of the encoder's product, until all losses of active latents are computed. */
        SCORES,
        /** The codes of a dense chunk, if they do not overwrite scores. */
        CODES,
        /** The gradient of the codes of a dense chunk. */
        CODE_GRADIENT,
        /** Values of a dense chunk that are summed immediately. */
        SCRATCH,
        /** Pre-activations of latents that may be dead, for the whole step. */
        DEAD_CANDIDATES,
        /** The reconstruction error of each row, for the whole step. */
        ERROR,
        /** The gradient of a reconstruction of several parts, for the whole step. */
        RECONSTRUCTION_GRADIENT,
        /** The gradient of the encoder, until the update. */
        ENCODER_GRADIENT,
        /** The gradient of the decoder, until the update. */
        DECODER_GRADIENT
    }

    private final NDManager manager;
    private final Map<Use, NDArray> arrays =
            new EnumMap<>(Use.class); // one-dimensional, of the largest size requested so far

    /**
     * Creates an empty workspace.
     *
     * @param manager owns the arrays
     */
    public Workspace(NDManager manager) {
        this.manager = manager;
    }

    /**
     * Returns the array of a use. Its content is unspecified: the last values written, possibly by another step.
     *
     * @param use the use
     * @param rows the number of rows
     * @param columns the number of columns
     * @return [rows, columns], a view owned by the open scope
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
