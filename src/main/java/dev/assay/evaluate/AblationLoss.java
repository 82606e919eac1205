package dev.assay.evaluate;

/**
 * The model's loss with the activation at the site replaced by a constant.
 *
 * @param crossEntropy the mean next-token cross-entropy in nats
 * @param standardError the standard error of its difference from the cross-entropy of the unmodified model on the same tokens, in nats;
 *     NaN for a single prediction
 */
public record AblationLoss(double crossEntropy, double standardError) {}
