package dev.assay.train.method;

import dev.assay.sae.TopK;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
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
 * <p>When the architecture rescales by decoder norms, the k are chosen by {@code pre · ‖W_dec‖}; values and gradients are as above.
 *
 * <p>With a threshold, the trained dictionary is a JumpReLU dictionary: a latent is active above the running mean of the smallest
 * activation that was kept in a row, averaged over the rows of a batch, as dictionary_learning offers. Rows then share latents as they
 * need them.
 *
 * @param architecture what is trained
 * @param threshold how that threshold follows the batches; null where the trained dictionary keeps k latents of each row
 */
public record TopKTraining(TopK architecture, ThresholdRule threshold) implements TrainingMethod {
    /**
     * Returns a method whose dictionary keeps k latents of each row.
     *
     * @param architecture what is trained
     */
    public TopKTraining(TopK architecture) {
        this(architecture, null);
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
    public double activeLatents() {
        return architecture.k();
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new TopKObjective(this, context);
    }
}
