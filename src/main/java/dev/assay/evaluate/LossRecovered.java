package dev.assay.evaluate;

import java.util.Locale;

/**
 * The share of the loss of an ablation that a reconstruction recovers, {@code (CE_ablated − CE_reconstructed) / (CE_ablated − CE_clean)},
 * or the reason why the quotient is withheld.
 *
 * <p>The quotient has a meaning only if the ablation raises the loss: a denominator near 0 makes it arbitrarily large, and a negative one
 * reverses its order. It is withheld unless the rise exceeds two standard errors.
 */
public sealed interface LossRecovered {
    /** The rise of the cross-entropy that counts as larger than its noise, in standard errors. */
    double STANDARD_ERRORS = 2;

    /**
     * A quotient whose denominator is above its noise.
     *
     * @param share 1 for no loss increase, 0 for the loss of the ablation
     */
    record Measured(double share) implements LossRecovered {
        /** The largest value that is 1 up to rounding in a table of four decimals. */
        private static final double ROUNDED_ONE = 1.00005;

        @Override
        public boolean isAboveOne() {
            return share >= ROUNDED_ONE;
        }

        @Override
        public double orNaN() {
            return share;
        }

        @Override
        public String reason() {
            return "";
        }

        /** Returns the number with four decimals, marked if it is above 1. */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, isAboveOne() ? "%.4f (above 1)" : "%.4f", share);
        }
    }

    /**
     * A quotient without meaning.
     *
     * @param reason a clause that describes the losses
     */
    record Withheld(String reason) implements LossRecovered {
        @Override
        public boolean isAboveOne() {
            return false;
        }

        @Override
        public double orNaN() {
            return Double.NaN;
        }

        /** Returns {@code withheld} with the reason. */
        @Override
        public String toString() {
            return "withheld: " + reason;
        }
    }

    /**
     * Computes the loss recovered, unless the losses make it meaningless.
     *
     * @param clean the cross-entropy of the unmodified model, in nats
     * @param reconstructed the cross-entropy with the reconstruction
     * @param ablated the cross-entropy with the ablation
     * @param name the ablation, such as {@code mean ablation}
     * @return the quotient, or the reason why it is withheld
     */
    static LossRecovered of(double clean, double reconstructed, AblationLoss ablated, String name) {
        double rise = ablated.crossEntropy() - clean;
        if (!Double.isFinite(rise) || !Double.isFinite(reconstructed)) {
            return new Withheld("a cross-entropy is not finite");
        }
        if (rise <= 0) {
            return new Withheld(String.format(
                    Locale.ROOT,
                    "%s does not raise the cross-entropy (%.4f, clean %.4f)",
                    name,
                    ablated.crossEntropy(),
                    clean));
        }
        if (!(rise > STANDARD_ERRORS * ablated.standardError())) {
            return new Withheld(String.format(
                    Locale.ROOT,
                    "the rise of the cross-entropy by %s is within noise (%.2g nats, standard error %s)",
                    name,
                    rise,
                    Double.isNaN(ablated.standardError())
                            ? "unknown from one prediction"
                            : String.format(Locale.ROOT, "%.2g", ablated.standardError())));
        }
        return new Measured((ablated.crossEntropy() - reconstructed) / rise);
    }

    /**
     * Returns the share, or NaN if it is withheld.
     *
     * @return the share for arithmetic and logs of numbers
     */
    double orNaN();

    /**
     * Returns the reason why the share is withheld.
     *
     * @return a clause; empty for a measured share
     */
    String reason();

    /**
     * Returns whether the model predicts better with the reconstruction than with the activation.
     *
     * @return whether the share is above 1 in four decimals
     */
    boolean isAboveOne();
}
