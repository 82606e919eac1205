package dev.assay.evaluate.probe;

/**
 * A logistic regression whose penalty was selected by cross-validation.
 *
 * @param fit the regression on all rows with the selected C
 * @param grid the values of C that were compared
 * @param heldOutLoss mean log loss of the held-out folds for each value, in nats
 */
public record CrossValidatedFit(LogisticFit fit, double[] grid, double[] heldOutLoss) {}
