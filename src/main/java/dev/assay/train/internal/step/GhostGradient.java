package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DeadLatentOptions;

/** The loss on dead latents that {@link DeadLatentOptions} calls ghost gradients. */
final class GhostGradient {
    private GhostGradient() {}

    /**
     * Adds loss and gradients.
     *
     * @param coefficient of the loss
     * @param batch all rows
     * @param dead the latents that it is about
     * @param sums of the step, whose error is known; changed
     */
    static void add(double coefficient, BatchSlice batch, DeadSubDictionary dead, StepAccumulator sums) {
        try (Scope scope = Scope.open()) {
            NDArray pre = dead.pre(batch); // [batch, n_dead]
            // A factor of a row is undone by the row's scaling: without it the exponential could overflow.
            NDArray codes = pre.sub(Aten.amax(pre, 1).reshape(-1, 1)).exp();
            NDArray ghost = codes.matMul(dead.decoder()); // [batch, d_out]
            NDArray error = sums.error(); // −r
            NDArray norms = Aten.rowNorms(ghost).maximum(Float.MIN_NORMAL);
            NDArray scale = Aten.rowNorms(error).div(norms).mul(0.5f); // [batch, 1]
            NDArray miss = ghost.mul(scale).add(error); // g' − r
            NDArray missed = ReconstructionLoss.squares(miss);
            NDArray weight = ReconstructionLoss.squares(error)
                    .div(missed.maximum(Float.MIN_NORMAL))
                    .mul((float) coefficient);

            NDArray g = miss.mul(scale).mul(weight).mul(2f / sums.batch()); // ∂loss/∂g
            dead.addGradients(batch, codes, g, codes); // exp is its own derivative
            sums.loss(LossNames.GHOST, missed.mul(weight).div((float) sums.batch()));
            sums.keep(scope);
        }
    }
}
