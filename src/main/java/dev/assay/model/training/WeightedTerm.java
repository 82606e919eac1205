package dev.assay.model.training;

/**
 * A term of the training loss with its weight.
 *
 * @param term the term
 * @param weight the factor of the term
 */
record WeightedTerm(LossTerm term, double weight) {}
