package dev.assay.feature.page;

/**
 * How well one concept of a labelled corpus is found, by the F1 score of the best detector of each kind on held-out text.
 *
 * @param concept the concept's name
 * @param latent the dictionary's best latent for it
 * @param f1 the F1 score of that latent, in [0, 1]
 * @param neuronF1 the F1 score of the best single dimension of the activations
 * @param randomF1 the F1 score of the best latent of a random dictionary of the same size
 */
public record ConceptRow(String concept, int latent, double f1, double neuronF1, double randomF1) {}
