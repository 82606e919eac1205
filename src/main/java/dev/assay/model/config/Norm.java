package dev.assay.model.config;

/** A normalisation over the last axis. */
public sealed interface Norm {
    /** {@return the small number added to the variance or mean square before the root} */
    double eps();

    /**
     * Layer norm: mean 0 and variance 1, then a weight and a bias (arXiv 1607.06450).
     *
     * @param eps added to the variance
     */
    record LayerNorm(double eps) implements Norm {
        /** Checks the number. */
        public LayerNorm {
            requirePositive(eps);
        }
    }

    /**
     * RMS norm: mean square 1, then a weight (arXiv 1910.07467).
     *
     * @param eps added to the mean square
     * @param unitOffset whether the factor is 1 + weight, as in Gemma, instead of the weight
     */
    record RmsNorm(double eps, boolean unitOffset) implements Norm {
        /** Checks the number. */
        public RmsNorm {
            requirePositive(eps);
        }
    }

    private static void requirePositive(double eps) {
        if (!(eps > 0)) {
            throw new IllegalArgumentException("eps is " + eps + ", expected a positive number");
        }
    }
}
