package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Gradients;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.StepAccumulator;

/**
 * The loss {@code coefficient · E Σ_{dead l} relu(θ_l − pre_l) · ‖W_dec,l‖}. It increases the pre-activations of dead latents towards their
 * thresholds.
 *
 * @param coefficient the weight of the loss
 * @param dead int64 [n_dead], the dead latents
 */
record DeadPreActivationLoss(double coefficient, NDArray dead) {
    /**
     * Adds the loss and its gradients.
     *
     * @param sums updated; must have gradients of all parameters, with the threshold gradient with respect to θ itself
     * @param batch the whole batch
     * @param thresholds [d_sae]
     * @param norms [d_sae], of decoder rows
     */
    void addTo(StepAccumulator sums, BatchSlice batch, NDArray thresholds, NDArray norms) {
        DictionaryParameters p = sums.parameters();
        Gradients gradients = sums.gradients();
        NDArray encoder = Aten.indexSelect(p.encoder(), 0, dead); // [n_dead, d_in]
        NDArray bias = Aten.indexSelect(thresholds, 0, dead)
                .sub(batch.bias(encoder, Aten.indexSelect(p.encoderBias(), 0, dead)));
        NDArray n = Aten.indexSelect(norms, 0, dead);
        NDArray below = batch.x().matMul(encoder.transpose()).sub(bias).neg(); // θ − pre: [batch, n_dead]
        NDArray isBelow = Aten.positive(below);
        NDArray deficit = below.mul(isBelow).sum(new int[] {0}); // [n_dead]
        float factor = (float) (coefficient / sums.batchSize());

        sums.losses().add(LossNames.DEAD_PRE_ACTIVATION, deficit.mul(n).sum().mul(factor));
        NDArray slope = Aten.mul(isBelow.mul(n.reshape(1, n.size())), factor); // −∂loss/∂pre: [batch, n_dead]
        NDArray latentSlopes = slope.sum(new int[] {0});
        Aten.indexAdd_(
                gradients.get(Parameter.ENCODER),
                0,
                dead,
                slope.transpose().matMul(batch.x()).neg());
        Aten.indexAdd_(gradients.get(Parameter.ENCODER_BIAS), 0, dead, latentSlopes.neg());
        Aten.indexAdd_(gradients.get(Parameter.THRESHOLD), 0, dead, latentSlopes);
        gradients.addPreActivationSum(spread(latentSlopes.neg(), norms));
        gradients.addDecoderNorms(spread(Aten.mul(deficit, factor), norms), norms);
    }

    private NDArray spread(NDArray deadValues, NDArray like) {
        NDArray all = like.zerosLike();
        Aten.indexAdd_(all, 0, dead, deadValues);
        return all;
    }
}
