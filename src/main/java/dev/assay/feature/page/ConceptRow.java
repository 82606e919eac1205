package dev.assay.feature.page;

/**
 * How well one concept of a labelled corpus is found, by the F1 score of the best detector of each kind on held-out text.
 *
 * @param concept the concept's name
 * @param latent the dictionary's best latent for it
 * @param f1 the F1 score of that latent, in [0, 1]
 * @param lookupF1 the F1 score of the share of training tokens of the same id that have the concept
 * @param alwaysF1 the F1 score of predicting the concept for every token
 * @param neuronF1 the F1 score of the best single dimension of the activations
 * @param randomF1 the F1 score of the best latent of a random dictionary of the same size
 */
public record ConceptRow(
        String concept, int latent, double f1, double lookupF1, double alwaysF1, double neuronF1, double randomF1) {
    /** {@return whether the identity of the token does not determine the concept} */
    public boolean needsContext() {
        return lookupF1 < ConceptNames.FOUND;
    }

    /** {@return whether the latent finds the concept, and better than predicting it for every token} */
    public boolean isFound() {
        return f1 >= ConceptNames.FOUND && f1 > alwaysF1;
    }
}
