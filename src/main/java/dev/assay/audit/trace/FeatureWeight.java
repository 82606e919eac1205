package dev.assay.audit.trace;

/**
 * A feature that is stronger on the prompts of a query than on its reference.
 *
 * @param feature the latent
 * @param promptMean the mean of its pooled values over the prompts
 * @param referenceMean the mean over the reference
 * @param largest the largest pooled value over the training documents, above 0
 */
public record FeatureWeight(int feature, double promptMean, double referenceMean, double largest) {
    /** {@return the difference of the means in units of the largest value} */
    public double weight() {
        return (promptMean - referenceMean) / largest;
    }
}
