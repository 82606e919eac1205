package dev.assay.train.method;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.InvalidInputException;

/** Sparsity penalty of {@link JumpReluTraining}. */
public sealed interface JumpReluPenalty {
    /**
     * Returns the name of this penalty.
     *
     * @return the name, such as {@code step}
     */
    @JsonProperty("kind")
    String id();

    /**
     * Returns the weight of this penalty.
     *
     * @return λ
     */
    double coefficient();

    private static void requireCoefficient(double coefficient) {
        InvalidInputException.require(
                coefficient >= 0 && Double.isFinite(coefficient), "the L0 coefficient", coefficient, "0 or more");
    }

    /**
     * The penalty {@code λ · E L0} with {@code L0 = Σ_l (pre_l > θ_l)}, which trains only thresholds (arXiv 2407.14435, equation 9).
     *
     * @param coefficient λ
     */
    record Step(double coefficient) implements JumpReluPenalty {
        /** Checks the range. */
        public Step {
            requireCoefficient(coefficient);
        }

        @Override
        public String id() {
            return "step";
        }
    }

    /**
     * The penalty {@code λ · E Σ_l tanh(scale · c_l · ‖W_dec,l‖)}, which also trains codes and decoder norms (Anthropic's "January update",
     * 2025).
     *
     * @param coefficient λ
     * @param scale the slope at 0; larger values approximate a count of active latents
     */
    record Tanh(double coefficient, double scale) implements JumpReluPenalty {
        /** Checks the ranges. */
        public Tanh {
            requireCoefficient(coefficient);
            InvalidInputException.require(
                    scale > 0 && Double.isFinite(scale), "the scale of the tanh penalty", scale, "a number above 0");
        }

        @Override
        public String id() {
            return "tanh";
        }
    }

    /**
     * The penalty {@code λ · (E L0 / l0 − 1)²}, which trains thresholds towards a target mean L0 (arXiv 2407.14435, appendix;
     * dictionary_learning).
     *
     * <p>The gradient of the step function at pre-activation p with threshold θ is that of a ramp centred at θ with the bandwidth as its
     * width. dictionary_learning applies the step function to the code {@code c_l} instead of the pre-activation, so that an inactive
     * latent has p = 0. Inactive latents just below their threshold then contribute no gradient. All inactive latents contribute to the
     * gradient of a threshold below half the bandwidth, and count as active if the threshold is below 0.
     *
     * @param coefficient λ
     * @param l0 the target mean number of active latents per row
     * @param silentAsZero whether inactive latents have p = 0, as in dictionary_learning
     */
    record Target(double coefficient, double l0, boolean silentAsZero) implements JumpReluPenalty {
        /** Checks the ranges. */
        public Target {
            requireCoefficient(coefficient);
            InvalidInputException.require(l0 > 0 && Double.isFinite(l0), "the target L0", l0, "a number above 0");
        }

        @Override
        public String id() {
            return "target";
        }
    }
}
