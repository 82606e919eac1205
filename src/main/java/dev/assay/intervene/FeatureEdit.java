package dev.assay.intervene;

import dev.assay.InvalidInputException;

/**
 * An edit of one latent of a dictionary. In the formulas, {@code c} is the latent's code, {@code x} the activation, and {@code d} the
 * change of the activation per unit of the code: the direction of {@link dev.assay.sae.SparseAutoencoder#directions}, multiplied by the
 * standard deviation or norm that input normalisation divided by.
 */
public sealed interface FeatureEdit {
    /**
     * Returns the edited latent.
     *
     * @return its index in the dictionary
     */
    int latent();

    /** Returns a description of the edit. */
    @Override
    String toString();

    /**
     * Returns this edit with another value, factor, bound or strength.
     *
     * @param dose the new number
     * @return a new edit
     * @throws InvalidInputException when the edit has no number to vary
     */
    FeatureEdit withDose(double dose);

    /** An edit of the code; it changes the activation by {@code (c' − c)·d}. */
    sealed interface OfCode extends FeatureEdit {
        /**
         * Returns the edited code.
         *
         * @param code the code, 0 where the latent is not active
         * @return the new code
         */
        double applyTo(double code);
    }

    /** An edit of the activation along the latent's direction, independent of the code. */
    sealed interface OfActivation extends FeatureEdit {
        /**
         * Returns the coefficient of d.
         *
         * @return in units of the code
         */
        double strength();
    }

    /**
     * Sets the code to 0.
     *
     * @param latent the latent
     */
    record Ablate(int latent) implements OfCode {
        @Override
        public double applyTo(double code) {
            return 0;
        }

        @Override
        public FeatureEdit withDose(double dose) {
            throw new InvalidInputException("the ablation of latent " + latent
                    + " has no number to vary, expected an edit such as clamp, scale or steer");
        }

        @Override
        public String toString() {
            return "ablate " + latent;
        }
    }

    /**
     * Sets the code to a value, including where the latent is not active: {@code c' = value} (Templeton et al., "Scaling Monosemanticity",
     * Transformer Circuits Thread, 2024).
     *
     * @param latent the latent
     * @param value the code; may be negative, although encoders produce no negative codes
     */
    record Clamp(int latent, double value) implements OfCode {
        /** Checks that the number is finite. */
        public Clamp {
            requireFinite("clamped value", latent, value);
        }

        @Override
        public double applyTo(double code) {
            return value;
        }

        @Override
        public FeatureEdit withDose(double dose) {
            return new Clamp(latent, dose);
        }

        @Override
        public String toString() {
            return "clamp " + latent + " to " + value;
        }
    }

    /**
     * Multiplies the code where the latent is active: {@code c' = factor·c}.
     *
     * @param latent the latent
     * @param factor 0 ablates the latent, 1 has no effect
     */
    record Scale(int latent, double factor) implements OfCode {
        /** Checks that the number is finite. */
        public Scale {
            requireFinite("factor", latent, factor);
        }

        @Override
        public double applyTo(double code) {
            return factor * code;
        }

        @Override
        public FeatureEdit withDose(double dose) {
            return new Scale(latent, dose);
        }

        @Override
        public String toString() {
            return "scale " + latent + " by " + factor;
        }
    }

    /**
     * Limits the code to a maximum: {@code c' = min(c, maximum)}. This applies the activation capping of Lu et al., "The Assistant Axis"
     * (arXiv 2601.10387), which clamps a projection to a range, to a code, with an upper bound only.
     *
     * @param latent the latent
     * @param maximum the largest code that is left unchanged
     */
    record Cap(int latent, double maximum) implements OfCode {
        /** Checks that the number is finite. */
        public Cap {
            requireFinite("bound", latent, maximum);
        }

        @Override
        public double applyTo(double code) {
            return Math.min(code, maximum);
        }

        @Override
        public FeatureEdit withDose(double dose) {
            return new Cap(latent, dose);
        }

        @Override
        public String toString() {
            return "cap " + latent + " at " + maximum;
        }
    }

    /**
     * Adds a multiple of the direction to the activation: {@code x' = x + strength·d} (Turner et al., "Steering Language Models With
     * Activation Engineering", arXiv 2308.10248).
     *
     * @param latent the latent
     * @param strength in units of the code; negative to steer away
     */
    record Steer(int latent, double strength) implements OfActivation {
        /** Checks that the number is finite. */
        public Steer {
            requireFinite("strength", latent, strength);
        }

        @Override
        public FeatureEdit withDose(double dose) {
            return new Steer(latent, dose);
        }

        @Override
        public String toString() {
            return "steer " + latent + " by " + strength;
        }
    }

    /**
     * Replaces the component of the activation along the direction: {@code x' = x − (x·d / ‖d‖²)·d + strength·d}. With strength 0 this is
     * the directional ablation of Arditi et al., "Refusal in Language Models Is Mediated by a Single Direction" (arXiv 2406.11717, equation
     * 4). The activation is not centred.
     *
     * @param latent the latent
     * @param strength the component along d after the edit, in units of the code
     */
    record SteerOrthogonal(int latent, double strength) implements OfActivation {
        /** Checks that the number is finite. */
        public SteerOrthogonal {
            requireFinite("strength", latent, strength);
        }

        @Override
        public FeatureEdit withDose(double dose) {
            return new SteerOrthogonal(latent, dose);
        }

        @Override
        public String toString() {
            return "steer " + latent + " orthogonally to " + strength;
        }
    }

    /**
     * Adds a multiple of the direction, whose norm is limited to a share of the activation's norm: {@code x' = x + strength·d·min(1,
     * share·‖x‖ / ‖strength·d‖)}. The factor is the same as in gradient clipping by norm (Pascanu et al., arXiv 1211.5063, algorithm 1),
     * with a bound proportional to ‖x‖.
     *
     * @param latent the latent
     * @param strength in units of the code
     * @param share the maximum norm of the change divided by ‖x‖, above 0
     */
    record SteerCapped(int latent, double strength, double share) implements OfActivation {
        /** Checks that the strength is finite and the share positive. */
        public SteerCapped {
            requireFinite("strength", latent, strength);
            if (!(share > 0) || Double.isInfinite(share)) {
                throw new InvalidInputException(
                        "share of latent " + latent + " is " + share + ", expected a finite number above 0");
            }
        }

        @Override
        public FeatureEdit withDose(double dose) {
            return new SteerCapped(latent, dose, share);
        }

        @Override
        public String toString() {
            return "steer " + latent + " by " + strength + ", at most " + share + " of the length";
        }
    }

    private static void requireFinite(String field, int latent, double number) {
        if (!Double.isFinite(number)) {
            throw new InvalidInputException(
                    "the " + field + " of latent " + latent + " is " + number + ", expected a finite number");
        }
    }
}
