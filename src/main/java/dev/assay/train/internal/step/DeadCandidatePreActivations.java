package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Pre-activations of dead-latent candidates, which are dead unless they fire in the current batch. They are copied from the encoder
 * product, so that the losses on dead latents do not recompute them.
 */
final class DeadCandidatePreActivations {
    /** The maximum share of latents for which copying is faster than recomputing. */
    private static final double MAX_SHARE = 1.0 / 8;

    private final NDArray candidates; // int64 [n], ascending
    private final Supplier<NDArray> workspace; // [batch, n]; null if nothing is to be copied
    private boolean copied;

    private DeadCandidatePreActivations(NDArray candidates, Supplier<NDArray> workspace) {
        this.candidates = candidates;
        this.workspace = workspace;
    }

    /**
     * Prepares the copy for a batch. Nothing is copied if there are no candidates, or more than an eighth of the latents.
     *
     * @param candidates int64 [n], ascending
     * @param batchSize the number of rows
     * @param dSae the number of latents
     * @param workspace the workspace of the copy
     */
    static DeadCandidatePreActivations of(NDArray candidates, int batchSize, int dSae, Workspace workspace) {
        long count = candidates.size();
        boolean copies = count > 0 && count <= MAX_SHARE * dSae;
        return new DeadCandidatePreActivations(
                candidates, copies ? () -> workspace.array(Workspace.Use.DEAD_CANDIDATES, batchSize, count) : null);
    }

    /**
     * Copies the candidates' columns of a chunk of the product.
     *
     * @param firstRow the index of its first row in the batch
     * @param chunk [rows, d_sae]
     */
    void copy(int firstRow, NDArray chunk) {
        if (workspace == null) {
            return;
        }
        NDArray scores = workspace.get();
        copied = true;
        long last = firstRow + chunk.getShape().get(0);
        try (NDArray columns = columns(chunk, candidates)) {
            Aten.copy_(scores.get(new NDIndex("{}:{}", firstRow, last)), columns);
        }
    }

    /**
     * Returns the copied pre-activations of dead latents, once the product is complete. Without a float32 product nothing is copied.
     *
     * @param dead int64 [n_dead], ascending; all of them candidates
     * @return [batch, n_dead], or empty if nothing was copied
     */
    Optional<NDArray> of(NDArray dead) {
        if (!copied) {
            return Optional.empty();
        }
        NDArray scores = workspace.get();
        boolean all = dead.size() == candidates.size();
        return Optional.of(all ? scores : columns(scores, Aten.searchSorted(candidates, dead)));
    }

    private static NDArray columns(NDArray array, NDArray positions) {
        Shape shape = new Shape(array.getShape().get(0), positions.size());
        return Aten.gather(array, 1, positions.reshape(1, positions.size()).broadcast(shape));
    }
}
