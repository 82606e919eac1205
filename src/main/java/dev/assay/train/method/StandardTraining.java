package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;

/**
 * The standard sparse autoencoder: {@code loss = E‖x̂ − x‖² + λ · E (Σ_l (c_l · n_l)^p)^(1/p)}, squared norms summed over dimensions, with
 *
 * <pre>
 * s   = x − b_dec                      (or x)
 * pre = s · W_encᵀ + b_enc
 * c   = relu(pre)
 * x̂   = c · W_dec + b_dec
 * n_l = ‖W_dec,l‖                      (or 1)
 * </pre>
 *
 * <p>p = 1 is the L1 penalty of Bricken et al., "Towards Monosemanticity" (2023), with n = 1 and decoder rows constrained to norm 1.
 * Weighted by decoder norms, it is the penalty of the "April update" (Conerly et al., 2024), which requires no constraint.
 *
 * <p>A tied dictionary (Cunningham et al., arXiv 2309.08600) decodes with the encoder rows, constrained to norm 1, and has no decoder bias:
 * {@code x̂ = c · W_enc}. The coefficient α of that paper applies to a squared error that is also averaged over dimensions: its formula has
 * a sum, but its values of 8.6e-4 for the residual stream and 3.2e-4 for an MLP refer to a mean. Here {@code λ = α · d}.
 *
 * @param coefficient λ
 * @param p the exponent, above 0
 * @param normWeighted whether codes are multiplied by the norms of decoder rows in the penalty
 * @param tied whether encoder and decoder are tied, without a decoder bias
 */
public record StandardTraining(double coefficient, double p, boolean normWeighted, boolean tied)
        implements TrainingMethod {
    /** The factor of the learning rate with free norms. Lower rates lead to more active latents, and to less explained variance at equal L0. */
    private static final double FREE_RATE = 2;

    /** Checks the ranges. */
    public StandardTraining {
        if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw new InvalidInputException("the L1 coefficient is " + coefficient + ", expected 0 or more");
        }
        if (!(p > 0 && Double.isFinite(p))) {
            throw new InvalidInputException("the exponent p is " + p + ", expected a number above 0");
        }
    }

    /**
     * Returns the method with the L1 penalty and decoder rows of norm 1.
     *
     * @param coefficient λ
     * @return the method
     */
    public static StandardTraining l1(double coefficient) {
        return new StandardTraining(coefficient, 1, false, false);
    }

    /**
     * Returns the method with the L1 penalty weighted by decoder norms and an unconstrained decoder.
     *
     * @param coefficient λ
     * @return the method
     */
    public static StandardTraining normWeighted(double coefficient) {
        return new StandardTraining(coefficient, 1, true, false);
    }

    /**
     * Returns the method with the L1 penalty and tied encoder and decoder.
     *
     * @param coefficient λ
     * @return the method
     */
    public static StandardTraining tied(double coefficient) {
        return new StandardTraining(coefficient, 1, false, true);
    }

    @Override
    public String id() {
        return "standard";
    }

    @Override
    public String label() {
        String name = tied ? BuiltInMethods.TIED : normWeighted ? id() : BuiltInMethods.STANDARD_UNIT_NORM;
        return p == 1 ? name : name + " p=" + p;
    }

    @Override
    public OptimizerOptions optimizer(int dSae) {
        return normWeighted ? OptimizerOptions.withFreeNorms(dSae, FREE_RATE) : TrainingMethod.super.optimizer(dSae);
    }

    @Override
    public double initialDecoderNorm() {
        return normWeighted ? 0.5 : 1;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new StandardObjective(this);
    }
}
