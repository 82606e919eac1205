package dev.assay.toy;

/** The distribution function of two standard normal variables with a correlation. */
final class BivariateNormal {
    private static final int PANELS = 64;

    /** Nodes and weights of the Gauss–Legendre rule with five points on [−1, 1]. */
    private static final double[] NODES = {
        -0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664
    };

    private static final double[] WEIGHTS = {
        0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647, 0.23692688505618908
    };

    private BivariateNormal() {}

    /**
     * Returns {@code P(X < a, Y < b) = Φ(a) Φ(b) + 1/(2π) ∫ exp(−(a² − 2ab sin θ + b²) / (2 cos² θ)) dθ} over θ from 0 to arcsin r
     * (Plackett's identity in the angle).
     *
     * @param a finite
     * @param b finite
     * @param r the correlation, −1 to 1
     * @param belowA Φ(a)
     * @param belowB Φ(b)
     * @return the probability
     */
    static double below(double a, double b, double r, double belowA, double belowB) {
        if (r >= 1) {
            return Math.min(belowA, belowB);
        }
        if (r <= -1) {
            return Math.max(0, belowA + belowB - 1);
        }
        double width = Math.asin(r) / PANELS;
        double sum = 0;
        for (int panel = 0; panel < PANELS; panel++) {
            for (int node = 0; node < NODES.length; node++) {
                double angle = (panel + (1 + NODES[node]) / 2) * width;
                double sine = Math.sin(angle);
                sum += WEIGHTS[node]
                        * width
                        / 2
                        * Math.exp(-(a * a - 2 * a * b * sine + b * b) / (2 * (1 - sine * sine)));
            }
        }
        return belowA * belowB + sum / (2 * Math.PI);
    }
}
