package dev.assay.explain;

/**
 * A feature without examples. Results list exclusions, because a table of the remaining features says nothing about them.
 *
 * @param latent the index of the latent
 * @param reason the reason
 * @param trainDocuments the number of training documents on which it is active
 * @param testDocuments the number of test documents on which it is active
 * @param required the number of documents required in each
 */
public record Exclusion(int latent, Reason reason, int trainDocuments, int testDocuments, int required) {
    /** The reasons for an exclusion. */
    public enum Reason {
        /** The feature is never active. */
        DEAD,
        /** The feature is active on too few training or test documents. */
        TOO_RARE
    }

    /** {@return one sentence with the reason and the counts} */
    public String sentence() {
        return reason == Reason.DEAD
                ? "latent " + latent + " is never active"
                : "latent " + latent + " is active on " + trainDocuments + " training and " + testDocuments
                        + " test documents, expected at least " + required + " of each";
    }
}
