package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.TrainingMethod;

/**
 * BatchTopK (arXiv 2412.06410): as {@link TopKTraining}, but the {@code k · batch} largest positive pre-activations of the whole batch are
 * kept, so that rows share latents as they need them. For single rows a threshold takes the batch's place: the running mean of the
 * smallest kept activation of each batch, see {@link ThresholdRule}; the trained dictionary is a JumpReLU dictionary with that threshold for
 * every latent.
 *
 * @param k active latents a row, on average; need not be whole
 * @param rescaleByDecoderNorm whether latents are ranked by {@code pre · ‖W_dec‖}
 * @param threshold how the threshold follows the batches
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
     * Returns the usual form: no rescaling, a running mean over some tens of batches.
     *
     * @param k active latents a row, on average
     * @return the method
     */
    public static BatchTopKTraining of(double k) {
        return new BatchTopKTraining(k, false, ThresholdRule.standard());
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
    public double activeLatents() {
        return k;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new BatchTopKObjective(this, context);
    }
}
