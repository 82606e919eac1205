package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import java.util.function.Consumer;

/** The scores of a batch, pre-activations less the selector's bound, in chunks of rows. */
@FunctionalInterface
public interface ScoreChunks {
    /**
     * Computes the scores of the whole batch. Each call computes the matrix product again.
     *
     * @param consumer receives [rows, d_sae] for successive rows; it may overwrite the array, which the next chunk reuses
     */
    void forEach(Consumer<NDArray> consumer);
}
