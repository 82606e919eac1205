package dev.assay.audit.contrast;

/**
 * One feature in two conditions. A feature is a column of the contrasted matrix, such as a latent.
 *
 * @param feature the column, from 0
 * @param firstMean the mean of the pooled values in the first condition
 * @param secondMean the mean of the pooled values in the second condition
 * @param firstActive the number of documents of the first condition whose value is not 0
 * @param secondActive the number of documents of the second condition whose value is not 0
 * @param effect Cohen's d, or the mean difference of pairs divided by its standard deviation; infinite if only the deviation is 0
 * @param auroc the probability that a document of the first condition has the larger value, equal values counting one half
 * @param statistic the bounded statistic of the permutation test, from −1 to 1
 * @param pValue the two-sided permutation p-value
 * @param qValue the p-value adjusted by Benjamini and Hochberg
 * @param familyPValue the p-value of the maximum statistic over all features
 */
public record FeatureContrast(
        int feature,
        double firstMean,
        double secondMean,
        int firstActive,
        int secondActive,
        double effect,
        double auroc,
        double statistic,
        double pValue,
        double qValue,
        double familyPValue) {
    /** {@return the mean of the first condition minus the mean of the second one} */
    public double difference() {
        return firstMean - secondMean;
    }
}
