package dev.assay.train.method;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.InvalidInputException;

/** What makes the codes of {@link JumpReluTraining} few. */
public sealed interface JumpReluPenalty {
    /**
     * Returns the name of this penalty.
     *
     * @return such as {@code step}
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
     * {@code λ · E L0}, where {@code L0 = Σ_l (pre_l > θ_l)} teaches thresholds alone (arXiv 2407.14435, equation 9).
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
     * {@code λ · E Σ_l tanh(scale · c_l · ‖W_dec,l‖)}, which teaches codes and decoder norms, too (Anthropic's "January update", 2025).
     *
     * @param coefficient λ
     * @param scale the larger, the closer to a count
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
     * {@code λ · (E L0 / l0 − 1)²}: thresholds are taught until so many latents are active on average (arXiv 2407.14435, appendix;
     * dictionary_learning).
     *
     * <p>The slope of a step at pre-activation p with threshold θ is that of a ramp of the bandwidth's width around θ. dictionary_learning
     * hands the step what {@code c_l} is after the jump in place of pre, so that a latent that is off counts as one with p = 0: those just
     * below their threshold teach nothing, all that are off teach a threshold under half the bandwidth, and count as active where it is below
     * 0.
     *
     * @param coefficient λ
     * @param l0 active latents a row, on average
     * @param silentAsZero whether to repeat that
     */
    record Target(double coefficient, double l0, boolean silentAsZero) implements JumpReluPenalty {
        /** Checks the ranges. */
        public Target {
            requireCoefficient(coefficient);
            InvalidInputException.require(
                    l0 > 0 && Double.isFinite(l0), "the L0 that is aimed at", l0, "a number above 0");
        }

        @Override
        public String id() {
            return "target";
        }
    }
}
