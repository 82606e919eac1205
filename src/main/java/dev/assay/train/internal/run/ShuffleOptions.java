package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Options of the shuffling buffer, which decide the order of the activations.
 *
 * @param rows of the shuffling buffer
 * @param seed of the order
 */
public record ShuffleOptions(int rows, long seed) {
    private static final long POOL_BYTES = 256L << 20;
    private static final int POOL_ROWS = 1 << 17;

    /**
     * Returns the default number of rows: as many as fit 256 MiB, at most 131,072 and no more than the run needs.
     *
     * @param width of a row
     * @param batch rows of a step
     * @param tokens of the run
     * @return at least four batches
     */
    public static int rows(int width, int batch, long tokens) {
        long fitting = POOL_BYTES / (Float.BYTES * (long) width);
        return (int) Math.max(4L * batch, Math.min(Math.min(POOL_ROWS, tokens), fitting));
    }

    /** Fills a new buffer. */
    public ActivationBuffer start(ActivationSource source) throws IOException {
        return ActivationBuffer.fill(source, source.device(), rows, seed);
    }

    /**
     * Resumes the buffer of a checkpoint.
     *
     * @param source of the activations
     * @param checkpoint the file
     * @param state of the buffer
     * @return the buffer
     * @throws InvalidInputException when its options differ
     */
    public ActivationBuffer resume(ActivationSource source, Path checkpoint, ActivationBuffer.State state)
            throws IOException {
        if (state.seed() != seed) {
            throw new InvalidInputException(checkpoint + ": the shuffling seed is " + state.seed() + " in this run, "
                    + seed + " was asked for" + TrainingCheckpoints.ADVICE);
        }
        try (NDManager manager = TorchEngine.newManager(source.device())) {
            NDArray pool = TrainingCheckpoints.pool(checkpoint, manager);
            long found = pool.getShape().get(0);
            if (found != rows + rows % 2) {
                throw new InvalidInputException(checkpoint + ": the buffer has " + found + " rows in this run, " + rows
                        + " were asked for" + TrainingCheckpoints.ADVICE);
            }
            return ActivationBuffer.resume(source, state, pool);
        }
    }
}
