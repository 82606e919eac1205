package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;

/**
 * The pre-activations of latents that will count as dead unless they fire in the batch at hand, taken out of the encoder's product as it
 * is made: losses on dead latents would else compute them once more.
 */
final class DeadCandidatePreActivations {
    /** Of more latents, the array would be too large for what it saves. */
    private static final double MOST = 1.0 / 8;

    private final NDArray suspects; // int64 [n], rising
    private final NDArray scores; // [batch, n]
    private int taken;

    private DeadCandidatePreActivations(NDArray suspects, NDArray scores) {
        this.suspects = suspects;
        this.scores = scores;
    }

    /**
     * Prepares for a batch.
     *
     * @param suspects int64 [n], rising, or null for none
     * @param batch rows
     * @param dSae the number of latents
     * @param workspace has room for the pre-activations
     * @return null where none are to be taken
     */
    static DeadCandidatePreActivations of(NDArray suspects, int batch, int dSae, Workspace workspace) {
        if (suspects == null || suspects.size() > MOST * dSae) {
            return null;
        }
        return new DeadCandidatePreActivations(
                suspects, workspace.array(Workspace.Use.SUSPECTS, batch, suspects.size()));
    }

    /** Begins with the first row again. */
    void restart() {
        taken = 0;
    }

    /** Takes those of the next rows: [rows, d_sae]. */
    void take(NDArray all) {
        int next = taken + (int) all.getShape().get(0);
        try (NDArray some = columns(all, suspects)) {
            Aten.copy_(scores.get(new NDIndex("{}:{}", taken, next)), some);
        }
        taken = next;
    }

    /**
     * Returns those of the latents that did not fire, once all rows were taken.
     *
     * @param dead int64 [n_dead], rising; suspects all of them
     * @return [batch, n_dead]
     */
    NDArray of(NDArray dead) {
        return dead.size() == suspects.size() ? scores : columns(scores, Aten.searchSorted(suspects, dead));
    }

    private static NDArray columns(NDArray array, NDArray positions) {
        Shape shape = new Shape(array.getShape().get(0), positions.size());
        return Aten.gather(array, 1, positions.reshape(1, positions.size()).broadcast(shape));
    }
}
