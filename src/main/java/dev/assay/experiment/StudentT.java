package dev.assay.experiment;

/** The quantiles of Student's t distribution. */
final class StudentT {
    private static final int STEPS = 200;
    private static final double TINY = 1e-300;
    private static final double PRECISION = 1e-15;

    private StudentT() {}

    /**
     * Returns the quantile of a two-sided interval by bisection of {@code P(|T| ≤ t) = 1 − I_x(n/2, 1/2)} with
     * {@code x = n / (n + t²)} and the regularized incomplete beta function I (Abramowitz and Stegun, 26.7.1).
     *
     * @param coverage in (0, 1), such as 0.95
     * @param freedom the degrees of freedom n, at least 1
     * @return t with {@code P(|T| ≤ t) = coverage}, such as 2.776 for 0.95 and 4
     */
    static double twoSided(double coverage, int freedom) {
        double low = 0;
        double high = 1;
        while (coverage(high, freedom) < coverage) {
            high *= 2;
        }
        for (int step = 0; step < STEPS && high - low > PRECISION * high; step++) {
            double middle = (low + high) / 2;
            if (coverage(middle, freedom) < coverage) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static double coverage(double t, int freedom) {
        return 1 - incompleteBeta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    }

    /** The regularized incomplete beta function by its continued fraction (Press et al., Numerical Recipes, section 6.4). */
    private static double incompleteBeta(double x, double a, double b) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - incompleteBeta(1 - x, b, a);
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
        double c = 1;
        double d = 1 / guarded(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m <= STEPS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / guarded(1 + even * d);
            c = guarded(1 + even / c);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / guarded(1 + odd * d);
            c = guarded(1 + odd / c);
            fraction *= d * c;
            if (Math.abs(d * c - 1) < PRECISION) {
                break;
            }
        }
        return front * fraction;
    }

    private static double guarded(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }

    /** The logarithm of the gamma function of a multiple of 1/2, by recurrence from Stirling's series at an argument above 20. */
    private static double logGamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 20) {
            shift += Math.log(z);
            z++;
        }
        double inverse = 1 / z;
        double square = inverse * inverse;
        double series = inverse * (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square / 1680.0)));
        return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
    }
}
