package dev.assay.feature.report;

/**
 * A latent that is similar to another one.
 *
 * @param latent its number
 * @param measure the measure of similarity
 * @param value the similarity, at most 1
 */
public record Neighbour(int latent, Measure measure, double value) {
    /** A measure of similarity. */
    public enum Measure {
        /** The cosine of their decoder directions. */
        DECODER_COSINE,
        /** The cosine of their encoder directions. */
        ENCODER_COSINE,
        /** Pearson's correlation of their activations over all tokens of a store, zeros included. */
        PEARSON,
        /** The number of tokens on which both are active, divided by the number on which either is. */
        JACCARD;

        /** {@return whether the measure compares directions, which must be of one site, and not activations} */
        public boolean isCosine() {
            return this == DECODER_COSINE || this == ENCODER_COSINE;
        }
    }
}
