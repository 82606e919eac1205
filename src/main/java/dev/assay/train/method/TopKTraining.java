package dev.assay.train.method;

import dev.assay.sae.TopK;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;

/**
 * TopK (arXiv 2406.04093, eq. 5): {@code loss = E‖x̂ − x‖² + auxiliary loss}, squared norms summed over dimensions, with
 *
 * <pre>
 * s   = x − b_dec                      (or x)
 * pre = s · W_encᵀ + b_enc
 * c   = relu(the k largest pre of each row)
 * x̂   = c · W_dec + b_dec
 * </pre>
 *
 * <p>If the architecture rescales by decoder norms, latents are ranked by {@code pre · ‖W_dec‖}, and decoder norms are free; values and
 * gradients are as above. The norms are folded into the encoder of the trained dictionary, which ranks by pre-activation.
 *
 * <p>With a threshold, the trained dictionary is a JumpReLU dictionary, as in an option of dictionary_learning. The threshold is the
 * running mean of the smallest selected activation of a row, averaged over the rows of a batch. The number of active latents then varies
 * between rows.
 *
 * @param architecture the trained architecture
 * @param threshold the update rule of the threshold; null if the trained dictionary keeps k latents per row
 */
public record TopKTraining(TopK architecture, ThresholdRule threshold) implements TrainingMethod {
    /** The factor of the learning rate with free norms. */
    private static final double FREE_RATE = 1.2;

    /**
     * Creates a method without a threshold: the trained dictionary keeps k latents per row.
     *
     * @param architecture the trained architecture
     */
    public TopKTraining(TopK architecture) {
        this(architecture, null);
    }

    /**
     * Returns the default form: decoder norms are free during training.
     *
     * @param k the number of latents kept per row
     * @return the method
     */
    public static TopKTraining of(int k) {
        return new TopKTraining(new TopK(k, true));
    }

    @Override
    public String id() {
        return "topk";
    }

    @Override
    public void check(int dSae) {
        architecture.check(dSae);
    }

    @Override
    public OptimizerOptions optimizer(int dSae) {
        return architecture.rescaleByDecoderNorm()
                ? OptimizerOptions.withFreeNorms(dSae, FREE_RATE)
                : TrainingMethod.super.optimizer(dSae);
    }

    @Override
    public double initialDecoderNorm() {
        return architecture.rescaleByDecoderNorm() ? 0.5 : 1;
    }

    @Override
    public double activeLatents() {
        return architecture.k();
    }

    /** {@inheritDoc} The threshold of a row needs all codes of the row in one place, so a method with a threshold has no slices. */
    @Override
    public boolean supportsSlices() {
        return threshold == null;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new TopKObjective(this, context);
    }
}
