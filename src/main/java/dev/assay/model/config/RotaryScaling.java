package dev.assay.model.config;

/**
 * A scaling of rotary frequencies for contexts longer than in the first training. The formulas are those of
 * {@code modeling_rope_utils.py} in Hugging Face transformers 5.18.
 */
public sealed interface RotaryScaling {
    /** {@return the factor of cosines and sines, 1 except for {@link Yarn}} */
    default double attentionFactor() {
        return 1;
    }

    /** No scaling: {@code base^(−2i/r)}. */
    record None() implements RotaryScaling {}

    /**
     * Every frequency divided by a factor ({@code linear}).
     *
     * @param factor the divisor
     */
    record Linear(double factor) implements RotaryScaling {
        /** Checks the number. */
        public Linear {
            positive("factor", factor);
        }
    }

    /**
     * A base that grows with the sequence length n beyond the context length c ({@code dynamic}):
     * {@code base · (factor·n/c − (factor − 1))^(r/(r−2))}.
     *
     * @param factor the growth of the base
     * @param context c, in tokens
     */
    record Dynamic(double factor, int context) implements RotaryScaling {
        /** Checks the numbers. */
        public Dynamic {
            positive("factor", factor);
            positive("context", context);
        }
    }

    /**
     * Llama 3's scaling by parts ({@code llama3}): wavelengths above {@code context/low} are multiplied by the factor, wavelengths
     * below {@code context/high} are unchanged, with a linear transition in between.
     *
     * @param factor the factor of long wavelengths
     * @param low the context length divided by the shortest long wavelength
     * @param high the context length divided by the longest short wavelength, above {@code low}
     * @param context the context length of the first training, in tokens
     */
    record Llama3(double factor, double low, double high, int context) implements RotaryScaling {
        /** Checks the numbers. */
        public Llama3 {
            positive("factor", factor);
            positive("low_freq_factor", low);
            positive("context", context);
            if (!(high > low)) {
                throw new IllegalArgumentException(
                        "high_freq_factor is " + high + ", expected more than low_freq_factor, " + low);
            }
        }
    }

    /**
     * YaRN (arXiv 2309.00071, {@code yarn}): dimensions of high frequency are unchanged, dimensions of low frequency are divided by
     * the factor, with a linear ramp in between.
     *
     * @param factor the divisor
     * @param betaFast rotations over the context above which a frequency is unchanged
     * @param betaSlow rotations over the context below which the full factor applies
     * @param attentionFactor the factor of cosines and sines
     * @param context the context length of the first training, in tokens
     * @param truncate whether the ends of the ramp are rounded to whole dimensions
     */
    record Yarn(double factor, double betaFast, double betaSlow, double attentionFactor, int context, boolean truncate)
            implements RotaryScaling {
        /** Checks the numbers. */
        public Yarn {
            positive("factor", factor);
            positive("beta_fast", betaFast);
            positive("beta_slow", betaSlow);
            positive("attention_factor", attentionFactor);
            positive("context", context);
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(
                    "the rotary scaling's " + name + " is " + value + ", expected a positive number");
        }
    }
}
