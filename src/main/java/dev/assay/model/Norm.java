package dev.assay.model;

/** How a layer's input is normalised. */
public sealed interface Norm {
    /**
     * Mean 0 and variance 1, then a weight and a bias (arXiv 1607.06450).
     *
     * @param eps added to the variance
     */
    record LayerNorm(double eps) implements Norm {
        /** Checks the number. */
        public LayerNorm {
            if (!(eps > 0)) {
                throw new IllegalArgumentException("eps is " + eps + ", expected a positive number");
            }
        }
    }
}
