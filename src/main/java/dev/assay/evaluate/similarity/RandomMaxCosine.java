package dev.assay.evaluate.similarity;

import dev.assay.InvalidInputException;

/**
 * The null of MMCS in closed form: the expected largest cosine of a fixed direction with independent directions that are uniform on the
 * sphere. The cosine with one direction has the distribution function {@code F(t)} with {@code (1 + t)/2 ~ Beta((d − 1)/2, (d − 1)/2)}, and
 * the expected maximum of n is {@code 1 − ∫ F(t)ⁿ dt} over [−1, 1].
 *
 * @param width the dimensions d, at least 1
 * @param atoms the number of random directions n, at least 1
 */
public record RandomMaxCosine(int width, int atoms) {
    /** Angles at which the distribution function is tabulated. */
    private static final int PANELS = 4000;

    /** The nodes of Simpson's rule in a panel: start, middle and end. */
    private static final double[] SIMPSON = {1 / 6.0, 4 / 6.0, 1 / 6.0};

    /** Checks the numbers. */
    public RandomMaxCosine {
        if (width < 1 || atoms < 1) {
            throw new InvalidInputException(
                    atoms + " random directions in " + width + " dimensions, expected at least one of each");
        }
    }

    /**
     * Returns the expected largest cosine.
     *
     * @return between −1 and 1
     */
    public double meanMaxCosine() {
        return width == 1 ? 1 - 2 * Math.pow(0.5, atoms) : 1 - integral(0, false);
    }

    /**
     * Returns the expected largest absolute cosine.
     *
     * @return between 0 and 1
     */
    public double meanMaxAbsoluteCosine() {
        return width == 1 ? 1 : 1 - integral(PANELS / 2, true);
    }

    /**
     * Returns the probability that one of the random directions has at least a cosine with a fixed direction.
     *
     * @param cosine the threshold, −1 to 1
     * @return {@code 1 − F(cosine)ⁿ}; for matched pairs an upper bound of the share of matches
     */
    public double shareAbove(double cosine) {
        if (width == 1) {
            return cosine <= -1 ? 1 : 1 - Math.pow(0.5, atoms);
        }
        double from = Math.acos(Math.max(-1, Math.min(1, -cosine))); // t = −cos φ
        double above = area(from, Math.PI) / area(0, Math.PI);
        return -Math.expm1(atoms * Math.log1p(-Math.min(1, above)));
    }

    private double area(double from, double to) {
        double step = (to - from) / PANELS;
        double sum = 0;
        for (int i = 0; i < PANELS; i++) {
            double start = from + i * step;
            sum += step * (density(start) + 4 * density(start + step / 2) + density(start + step)) / 6;
        }
        return sum;
    }

    /**
     * Integrates over the angle φ with t = −cos φ, in which the density is proportional to {@code sin^(d−2) φ} and has no singularity.
     *
     * @param firstPanel where the integral begins; the distribution function is accumulated from 0
     * @param absolute whether F is the distribution function of the absolute cosine
     * @return {@code ∫ F(φ)ⁿ sin φ dφ}
     */
    private double integral(int firstPanel, boolean absolute) {
        double step = Math.PI / PANELS;
        double[] distribution = new double[2 * PANELS + 1]; // at the ends and middles of panels
        for (int i = 0; i < 2 * PANELS; i++) {
            double from = i * step / 2;
            distribution[i + 1] = distribution[i]
                    + step / 2 * (density(from) + 4 * density(from + step / 4) + density(from + step / 2)) / 6;
        }
        double total = distribution[2 * PANELS];
        double sum = 0;
        for (int panel = firstPanel; panel < PANELS; panel++) {
            for (int node = 0; node < 3; node++) {
                double f = distribution[2 * panel + node] / total;
                double power = Math.pow(absolute ? Math.max(0, 2 * f - 1) : f, atoms);
                sum += step * SIMPSON[node] * power * Math.sin((panel + node / 2.0) * step);
            }
        }
        return sum;
    }

    private double density(double angle) {
        return Math.pow(Math.max(0, Math.sin(angle)), width - 2);
    }
}
