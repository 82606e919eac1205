package dev.assay.evaluate;

/**
 * A detector of concepts that uses nothing of what a dictionary learned. A dictionary is evidence of learned features only for concepts
 * that its controls do not detect.
 */
public enum ConceptControl {
    /** The share of training tokens of the same id that have the concept, with the best threshold. Uses no context. */
    TOKEN_LOOKUP("token_lookup", "look-up", "token look-up"),
    /** Predicts the concept for every token: F1 = 2p / (1 + p) of a concept on a share p of the tokens. */
    ALWAYS_YES("always_yes", "always", "always yes"),
    /** The best dimension of the activation, with either sign. */
    NEURON("neuron", "neuron", "neurons"),
    /** The best principal component of the activations, with either sign. */
    PRINCIPAL("pca", "PCA", "principal components"),
    /** The best latent of a random dictionary of the same size. */
    RANDOM("random_dictionary", "random", "random dictionary"),
    /** The best latent of a dictionary of the same size and L0, trained on the model with permuted weights. */
    PERMUTED_MODEL("permuted_model", "permuted", "dictionary on the weight-permuted model"),
    /** The best latent of a random dictionary on the model with permuted weights. */
    PERMUTED_RANDOM("permuted_model_random", "perm. random", "random dictionary on the weight-permuted model"),
    /** The best latent of a dictionary of the same size and L0, trained on the same architecture with weights as at the start of training. */
    RANDOM_WEIGHTS("random_weights", "untrained", "dictionary on the model with random weights");

    private final String key;
    private final String heading;
    private final String description;

    ConceptControl(String key, String heading, String description) {
        this.key = key;
        this.heading = heading;
        this.description = description;
    }

    /** {@return the name in JSON} */
    public String key() {
        return key;
    }

    /** {@return the heading of a column} */
    public String heading() {
        return heading;
    }

    /** {@return the name in a sentence} */
    public String description() {
        return description;
    }
}
