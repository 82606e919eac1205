package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.ReconstructionLoss;

/** The ghost gradients of {@link DeadLatentOptions}: a loss on dead latents with exponential activations. */
final class GhostGradient {
    private GhostGradient() {}

    /**
     * Adds loss and gradients.
     *
     * @param coefficient the coefficient of the loss
     * @param batch the whole batch
     * @param dead the dead latents
     * @param sums the sums of the step, including the error of the whole batch; changed in place
     */
    static void add(double coefficient, BatchSlice batch, DeadSubDictionary dead, StepSums sums) {
        try (Scope scope = Scope.open()) {
            NDArray pre = dead.pre(batch); // [batch, n_dead]
            // Subtracting the maximum prevents overflow; the row's scale below cancels the factor.
            NDArray codes = pre.sub(Aten.amax(pre, 1).reshape(-1, 1)).exp();
            NDArray ghost = codes.matMul(dead.decoder()); // [batch, d_out]
            NDArray error = sums.error(); // −r
            NDArray norms = Aten.rowNorms(ghost).maximum(Float.MIN_NORMAL);
            NDArray scale = Aten.rowNorms(error).div(norms).mul(0.5f); // [batch, 1]
            NDArray difference = ghost.mul(scale).add(error); // g' − r
            NDArray squaredDifference = ReconstructionLoss.sumOfSquares(difference);
            NDArray weight = ReconstructionLoss.sumOfSquares(error)
                    .div(squaredDifference.maximum(Float.MIN_NORMAL))
                    .mul((float) coefficient);

            NDArray g = difference.mul(scale).mul(weight).mul(2f / sums.batchSize()); // ∂loss/∂g
            dead.addGradients(batch, codes, g, codes); // exp is its own derivative
            sums.losses().add(LossNames.GHOST, Aten.div(squaredDifference.mul(weight), sums.batchSize()));
            sums.keep(scope);
        }
    }
}
