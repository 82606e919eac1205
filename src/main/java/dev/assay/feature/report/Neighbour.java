package dev.assay.feature.report;

/**
 * A latent that is like another one.
 *
 * @param latent its number
 * @param measure what makes them alike
 * @param value how much, at most 1
 */
public record Neighbour(int latent, Measure measure, double value) {
    /** What two latents have in common. */
    public enum Measure {
        /** The cosine of their decoder directions: what they write. */
        DECODER_COSINE,
        /** The cosine of their encoder directions: what they look for. */
        ENCODER_COSINE,
        /** Pearson's correlation of their activations over all tokens of a store, zeros included. */
        PEARSON,
        /** The tokens on which both are active, divided by those on which either is. */
        JACCARD
    }
}
