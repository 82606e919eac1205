package dev.assay.model.config;

import dev.assay.model.internal.network.RotaryFrequencies;

/**
 * How rotary frequencies are changed so that a model reads longer texts than it was first trained on. The formulas are those of
 * {@code modeling_rope_utils.py} in Hugging Face transformers 5.18; {@link RotaryFrequencies} computes them.
 */
public sealed interface RotaryScaling {
    /**
     * Returns what cosines and sines are multiplied by.
     *
     * @return the factor, 1 but for {@link Yarn}
     */
    default double attentionFactor() {
        return 1;
    }

    /** Frequencies as they are: {@code base^(−2i/r)}. */
    record None() implements RotaryScaling {}

    /**
     * Every frequency divided by a number ({@code linear}).
     *
     * @param factor the number
     */
    record Linear(double factor) implements RotaryScaling {
        /** Checks the number. */
        public Linear {
            positive("factor", factor);
        }
    }

    /**
     * A base that grows with the sequence once it is longer than the model's context ({@code dynamic}): with n tokens and a context
     * of c, {@code base · (factor·n/c − (factor − 1))^(r/(r−2))}.
     *
     * @param factor how fast it grows
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
     * Llama 3's scaling by parts ({@code llama3}): wavelengths above {@code context/low} are stretched by the factor, those below
     * {@code context/high} stay, and between the two the change is gradual.
     *
     * @param factor the stretch of the long wavelengths
     * @param low decides which are long
     * @param high decides which are short, above {@code low}
     * @param context the length that the model was first trained on, in tokens
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
     * YaRN (arXiv 2309.00071, {@code yarn}): dimensions that turn often keep their frequency, those that turn seldom have it divided
     * by the factor, and between the two lies a ramp.
     *
     * @param factor the divisor
     * @param betaFast turns over the context above which a dimension keeps its frequency
     * @param betaSlow turns over the context below which the whole factor applies
     * @param attentionFactor what cosines and sines are multiplied by
     * @param context the length that the model was first trained on, in tokens
     * @param truncate whether the ends of the ramp are whole dimensions
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
