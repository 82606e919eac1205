package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;

/**
 * BatchTopK (arXiv 2412.06410): {@link TopKTraining} with selection of the {@code k · batch} largest positive pre-activations of a batch,
 * so that the number of active latents varies between rows. At inference a threshold replaces the batch selection: the running mean of the
 * smallest selected activation per batch, see {@link ThresholdRule}. The trained dictionary is a JumpReLU dictionary with this threshold
 * for every latent.
 *
 * @param k the mean number of active latents per row, not necessarily an integer
 * @param rescaleByDecoderNorm whether latents are ranked by {@code pre · ‖W_dec‖}, and decoder norms are free
 * @param threshold the update rule of the threshold
 */
public record BatchTopKTraining(double k, boolean rescaleByDecoderNorm, ThresholdRule threshold)
        implements TrainingMethod {
    /** Checks the range. */
    public BatchTopKTraining {
        if (!(k > 0 && Double.isFinite(k))) {
            throw new InvalidInputException("k is " + k + ", expected a number above 0");
        }
    }

    /**
     * Returns the default form: decoder norms are free during training, with {@link ThresholdRule#standard()}.
     *
     * @param k the mean number of active latents per row
     * @return the method
     */
    public static BatchTopKTraining of(double k) {
        return new BatchTopKTraining(k, true, ThresholdRule.standard());
    }

    @Override
    public String id() {
        return "batchtopk";
    }

    @Override
    public void check(int dSae) {
        if (k > dSae) {
            throw new InvalidInputException("k is " + k + ", expected at most d_sae, which is " + dSae);
        }
    }

    @Override
    public OptimizerOptions optimizer(int dSae) {
        return rescaleByDecoderNorm ? OptimizerOptions.withFreeNorms(dSae, 1) : TrainingMethod.super.optimizer(dSae);
    }

    @Override
    public double initialDecoderNorm() {
        return rescaleByDecoderNorm ? 0.7 : 1;
    }

    @Override
    public double activeLatents() {
        return k;
    }

    @Override
    public boolean supportsSlices() {
        return true;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new BatchTopKObjective(this, context);
    }
}
