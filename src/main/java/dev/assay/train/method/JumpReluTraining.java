package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.Map;

/**
 * JumpReLU (Rajamanoharan et al., arXiv 2407.14435): {@code loss = E‖x̂ − x‖² + penalty + dead · E Σ_{dead l} relu(θ_l − pre_l) ·
 * ‖W_dec,l‖}, with one threshold θ per latent:
 *
 * <pre>
 * s   = x − b_dec                      (or x)
 * pre = s · W_encᵀ + b_enc
 * c   = pre · (pre &gt; θ)
 * x̂   = c · W_dec + b_dec
 * </pre>
 *
 * <p>Neither the jump nor the step function has a useful derivative with respect to θ. Gradients are straight-through estimates with
 * bandwidth ε, where {@code rect(u) = 1} for {@code |u| < 1/2}, else 0:
 *
 * <pre>
 * ∂c/∂θ        = −(θ / ε) · rect((pre − θ) / ε)
 * ∂(pre &gt; θ)/∂θ = −(1 / ε) · rect((pre − θ) / ε)
 * ∂c/∂pre      = (pre &gt; θ),   ∂(pre &gt; θ)/∂pre = 0
 * </pre>
 *
 * <p>The last term of the loss revives dead latents (Anthropic's "January update", 2025; restricted to dead latents, as in SAELens).
 *
 * @param penalty the sparsity penalty
 * @param bandwidth ε
 * @param threshold the parametrisation of θ
 * @param initialThreshold the initial θ
 * @param deadCoefficient the coefficient of the last term, 0 for none
 */
public record JumpReluTraining(
        JumpReluPenalty penalty, double bandwidth, Threshold threshold, double initialThreshold, double deadCoefficient)
        implements TrainingMethod {
    /** Parametrisation of thresholds. It determines the effect of an Adam step on θ. */
    public enum Threshold {
        /** Logarithms, so that θ is always above 0; used by SAELens. */
        LOGARITHM,
        /** Raw values; a value below 0 counts as 0. */
        RAW,
        /**
         * Raw values; a value below 0 permits negative codes, as in dictionary_learning. A latent then counts as firing on a batch if the
         * sum of its codes is above 0. No file format supports negative codes: a saved dictionary sets them to 0.
         */
        RAW_UNBOUNDED;

        /** {@return whether the trained parameter is the logarithm of the threshold} */
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
                "the initial threshold",
                initialThreshold,
                "a number above 0");
        InvalidInputException.require(
                deadCoefficient >= 0 && Double.isFinite(deadCoefficient),
                "the coefficient for dead latents",
                deadCoefficient,
                "0 or more");
    }

    /**
     * Returns the method with logarithmic thresholds initialised to 0.5 and bandwidth 0.3, for activations at a typical distance of √d
     * from their centre. A step changes the logarithm by about the learning rate, so runs of a few thousand steps need initial
     * thresholds near the final ones. For runs a hundred times as long, SAELens starts at 0.01 with bandwidth 0.05, and the paper at
     * 0.001 with bandwidth 0.001 for activations of norm 1.
     *
     * @param penalty the sparsity penalty
     * @return the method
     */
    public static JumpReluTraining of(JumpReluPenalty penalty) {
        return new JumpReluTraining(penalty, 0.3, Threshold.LOGARITHM, 0.5, 0);
    }

    /**
     * Returns this method with another bandwidth and initial threshold. Both should be chosen for the magnitude of pre-activations.
     *
     * @param value ε
     * @param start the initial θ
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
