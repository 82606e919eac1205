package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.Map;

/**
 * Gated SAE training (Rajamanoharan et al., arXiv 2404.16014): one path decides whether a latent is active, another computes its magnitude.
 *
 * <pre>
 * e    = s · W_encᵀ                          s = x − b_dec (or x)
 * g    = e + b_gate                          input of the penalty
 * c    = (g &gt; 0) · relu(e · exp(r_mag) + b_mag)
 * x̂    = c · W_dec + b_dec
 * x̂_g  = relu(g) · W_dec + b_dec             reconstruction of the gate, which trains it
 * loss = E‖x̂ − x‖² + λ · E Σ_l relu(g_l) · n_l + E‖x̂_g − x‖²
 * </pre>
 *
 * <p>The paper and dictionary_learning treat W_dec and b_dec in x̂_g as constants, with n = 1 and decoder rows of norm 1:
 * {@link Auxiliary#DETACHED}. SAELens differentiates with respect to both, with {@code n_l = ‖W_dec,l‖}: {@link Auxiliary#ATTACHED}.
 *
 * @param coefficient λ
 * @param auxiliary the parameters trained by the loss of x̂_g
 * @param normWeighted whether n is the norm of the decoder row, else 1
 */
public record GatedTraining(double coefficient, Auxiliary auxiliary, boolean normWeighted) implements TrainingMethod {
    /** The factor of the learning rate with free norms. Lower rates lead to more active latents, and to less explained variance at equal L0. */
    private static final double FREE_RATE = 2;

    /** Parameters trained by the loss of the gate reconstruction x̂_g. */
    public enum Auxiliary {
        /** Only the encoder and the gate. */
        DETACHED,
        /** The encoder, the gate and the decoder. */
        ATTACHED
    }

    /** Checks the range. */
    public GatedTraining {
        if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw new InvalidInputException("the L1 coefficient is " + coefficient + ", expected 0 or more");
        }
    }

    /**
     * Returns the paper's loss, with decoder rows of norm 1.
     *
     * @param coefficient λ
     * @return the method
     */
    public static GatedTraining of(double coefficient) {
        return new GatedTraining(coefficient, Auxiliary.DETACHED, false);
    }

    /**
     * Returns the loss of SAELens, with decoder norms that are free during training.
     *
     * @param coefficient λ
     * @return the method
     */
    public static GatedTraining normWeighted(double coefficient) {
        return new GatedTraining(coefficient, Auxiliary.ATTACHED, true);
    }

    @Override
    public String id() {
        return "gated";
    }

    @Override
    public String label() {
        return normWeighted ? id() : BuiltInMethods.GATED_UNIT_NORM;
    }

    @Override
    public Map<Parameter, Double> extras() {
        return Map.of(Parameter.MAGNITUDE_BIAS, 0.0, Parameter.MAGNITUDE_SCALE, 0.0);
    }

    @Override
    public OptimizerOptions optimizer(int dSae) {
        return normWeighted
                ? OptimizerOptions.withFreeNorms(dSae, FREE_RATE)
                : TrainingMethod.super.optimizer(dSae).betas(0, 0.999);
    }

    @Override
    public double initialDecoderNorm() {
        return normWeighted ? 0.5 : 1;
    }

    @Override
    public int encoderProducts() {
        return 2;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new GatedObjective(this);
    }
}
