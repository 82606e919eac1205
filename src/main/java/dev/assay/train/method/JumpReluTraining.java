package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.Map;

/**
 * JumpReLU (Rajamanoharan et al., arXiv 2407.14435): {@code loss = E‖x̂ − x‖² + penalty + dead · E Σ_{dead l} relu(θ_l − pre_l) · ‖W_dec,l‖},
 * with a threshold θ of each latent:
 *
 * <pre>
 * s   = x − b_dec                      (or x)
 * pre = s · W_encᵀ + b_enc
 * c   = pre · (pre &gt; θ)
 * x̂   = c · W_dec + b_dec
 * </pre>
 *
 * <p>Neither the jump nor the step function has a derivative in θ. Gradients are straight-through estimates with bandwidth ε, where
 * {@code rect(u) = 1} for {@code |u| < 1/2}, else 0:
 *
 * <pre>
 * ∂c/∂θ        = −(θ / ε) · rect((pre − θ) / ε)
 * ∂(pre &gt; θ)/∂θ = −(1 / ε) · rect((pre − θ) / ε)
 * ∂c/∂pre      = (pre &gt; θ),   ∂(pre &gt; θ)/∂pre = 0
 * </pre>
 *
 * <p>The last term of the loss revives dead latents (Anthropic's "January update", 2025, on dead latents only, as in SAELens).
 *
 * @param penalty the sparsity penalty
 * @param bandwidth ε
 * @param threshold how θ is stored
 * @param initialThreshold θ at the start
 * @param deadCoefficient the coefficient of the last term, 0 for none
 */
public record JumpReluTraining(
        JumpReluPenalty penalty, double bandwidth, Threshold threshold, double initialThreshold, double deadCoefficient)
        implements TrainingMethod {
    /** How thresholds are stored, which decides what a step of Adam does to them. */
    public enum Threshold {
        /** As logarithms: always above 0; SAELens's. */
        LOGARITHM,
        /** As they are; one that falls below 0 counts as 0. */
        RAW,
        /**
         * As they are; one that falls below 0 lets negative codes through, as in dictionary_learning. A latent then counts as firing on
         * a batch when its codes add up to more than 0. No format knows such codes: a saved dictionary rectifies them.
         */
        RAW_UNBOUNDED;

        /** {@return whether the threshold is trained through its logarithm} */
        public boolean logarithm() {
            return this == LOGARITHM;
        }
    }

    /** Checks the ranges. */
    public JumpReluTraining {
        InvalidInputException.require(
                bandwidth > 0 && Double.isFinite(bandwidth), "the bandwidth", bandwidth, "a number above 0");
        InvalidInputException.require(
                initialThreshold > 0 && Double.isFinite(initialThreshold),
                "the threshold at the start",
                initialThreshold,
                "a number above 0");
        InvalidInputException.require(
                deadCoefficient >= 0 && Double.isFinite(deadCoefficient),
                "the coefficient for dead latents",
                deadCoefficient,
                "0 or more");
    }

    /**
     * Returns thresholds as logarithms that start at 0.5, and bandwidth 0.3, for activations whose mean norm is √d. A step moves the
     * logarithm by about the learning rate, so that runs of a few thousand steps have to start within reach of where they end; SAELens
     * starts at 0.01 with bandwidth 0.05, and the paper at 0.001 with 0.001 for activations of norm 1, for runs a hundred times as long.
     *
     * @param penalty the sparsity penalty
     * @return the method
     */
    public static JumpReluTraining of(JumpReluPenalty penalty) {
        return new JumpReluTraining(penalty, 0.3, Threshold.LOGARITHM, 0.5, 0);
    }

    /**
     * Returns this method with another bandwidth and start, which have to suit each other and the sizes of pre-activations.
     *
     * @param value ε
     * @param start θ at the start
     * @return the method
     */
    public JumpReluTraining withBandwidth(double value, double start) {
        return new JumpReluTraining(penalty, value, threshold, start, deadCoefficient);
    }

    @Override
    public String id() {
        return "jumprelu";
    }

    @Override
    public String label() {
        if (penalty instanceof JumpReluPenalty.Tanh) {
            return BuiltInMethods.JUMPRELU_TANH;
        }
        return penalty instanceof JumpReluPenalty.Target ? BuiltInMethods.JUMPRELU_TARGET : id();
    }

    @Override
    public Map<Parameter, Double> extras() {
        return Map.of(Parameter.THRESHOLD, threshold.logarithm() ? Math.log(initialThreshold) : initialThreshold);
    }

    @Override
    public OptimizerOptions optimizer(int dSae) {
        return OptimizerOptions.of(OptimizerOptions.rateFor(dSae)).betas(0, 0.999);
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new JumpReluObjective(this);
    }
}
