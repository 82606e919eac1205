package dev.assay.audit.diff;

/**
 * The change of one feature from the base model to the tuned one, on the same documents.
 *
 * @param feature the latent
 * @param baseMean the mean activation over all tokens in the base model
 * @param tunedMean the mean activation over all tokens in the tuned model
 * @param baseFrequency the share of tokens on which it is active in the base model
 * @param tunedFrequency the share of tokens on which it is active in the tuned model
 * @param effect the mean difference of pooled values (tuned − base) over documents, divided by its standard deviation
 * @param statistic the bounded statistic of the permutation test, above 0 if the feature is stronger in the tuned model
 * @param pValue the p-value of sign flips of the documents' differences
 * @param qValue the p-value adjusted by Benjamini and Hochberg
 * @param familyPValue the p-value of the maximum statistic over all features
 */
public record FeatureChange(
        int feature,
        double baseMean,
        double tunedMean,
        double baseFrequency,
        double tunedFrequency,
        double effect,
        double statistic,
        double pValue,
        double qValue,
        double familyPValue) {}
