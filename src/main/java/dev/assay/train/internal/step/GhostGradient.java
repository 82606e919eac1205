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
     * @param coefficient of the loss
     * @param batch the whole batch
     * @param dead the dead latents
     * @param sums the sums of the step, with the error of the whole batch; changed
     */
    static void add(double coefficient, BatchSlice batch, DeadSubDictionary dead, StepSums sums) {
        try (Scope scope = Scope.open()) {
            NDArray pre = dead.pre(batch); // [batch, n_dead]
            // The scale of a row cancels this factor, which prevents overflow of the exponential.
            NDArray codes = pre.sub(Aten.amax(pre, 1).reshape(-1, 1)).exp();
            NDArray ghost = codes.matMul(dead.decoder()); // [batch, d_out]
            NDArray error = sums.error(); // −r
            NDArray norms = Aten.rowNorms(ghost).maximum(Float.MIN_NORMAL);
            NDArray scale = Aten.rowNorms(error).div(norms).mul(0.5f); // [batch, 1]
            NDArray miss = ghost.mul(scale).add(error); // g' − r
            NDArray missed = ReconstructionLoss.sumOfSquares(miss);
            NDArray weight = ReconstructionLoss.sumOfSquares(error)
                    .div(missed.maximum(Float.MIN_NORMAL))
                    .mul((float) coefficient);

            NDArray g = miss.mul(scale).mul(weight).mul(2f / sums.batchSize()); // ∂loss/∂g
            dead.addGradients(batch, codes, g, codes); // exp is its own derivative
            sums.losses().add(LossNames.GHOST, missed.mul(weight).div((float) sums.batchSize()));
            sums.keep(scope);
        }
    }
}
