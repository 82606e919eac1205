package dev.assay.evaluate.standard;

/**
 * The first four moments of the activations of a latent.
 *
 * @param count the number n of activations
 * @param mean the mean
 * @param variance with n − 1 in the denominator; NaN for fewer than two activations
 * @param skewAboutZero {@code E[c³] / variance^1.5}, the convention of the original, in which an activation of 0 counts as the centre
 * @param kurtosisAboutZero {@code E[c⁴] / variance²}, in the same convention
 * @param skew {@code E[(c − c̄)³] / m₂^1.5} with {@code m₂ = E[(c − c̄)²]}; 0 for a symmetric distribution
 * @param kurtosis {@code E[(c − c̄)⁴] / m₂²}; 3 for a normal distribution
 */
public record Moments(
        long count,
        double mean,
        double variance,
        double skewAboutZero,
        double kurtosisAboutZero,
        double skew,
        double kurtosis) {
    /** A central second moment below this share of the raw one is rounding of equal activations. */
    private static final double CONSTANT = 1e-12;

    /**
     * Computes moments from sums of powers.
     *
     * @param count the number n of activations
     * @param first Σ c
     * @param second Σ c²
     * @param third Σ c³
     * @param fourth Σ c⁴
     * @return the moments; those that divide by the variance are NaN if all activations are equal
     */
    static Moments of(long count, double first, double second, double third, double fourth) {
        double n = count;
        double mean = first / n;
        double raw2 = second / n;
        double raw3 = third / n;
        double raw4 = fourth / n;
        double central2 = raw2 - mean * mean;
        boolean varies = count > 1 && central2 > CONSTANT * raw2;
        central2 = varies ? central2 : Double.NaN;
        double variance = count > 1 ? (varies ? central2 * n / (n - 1) : 0) : Double.NaN;
        double divisor = varies ? variance : Double.NaN;
        double central3 = raw3 - 3 * mean * raw2 + 2 * mean * mean * mean;
        double central4 = raw4 - 4 * mean * raw3 + 6 * mean * mean * raw2 - 3 * mean * mean * mean * mean;
        return new Moments(
                count,
                mean,
                variance,
                raw3 / Math.pow(divisor, 1.5),
                raw4 / (divisor * divisor),
                central3 / Math.pow(central2, 1.5),
                central4 / (central2 * central2));
    }
}
