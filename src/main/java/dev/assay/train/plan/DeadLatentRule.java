package dev.assay.train.plan;

/**
 * Defines a dead latent: one that was silent for a number of tokens.
 *
 * @param tokens number of tokens without a positive activation
 * @param timing whether the current batch counts
 */
public record DeadLatentRule(long tokens, Timing timing) {
    /** Whether the current batch counts. */
    public enum Timing {
        /** A latent is dead when it was silent for at least that many tokens, the current batch included. */
        AFTER_BATCH,
        /** A latent is dead when it was silent for more than that many tokens before the current batch, as in SAELens. */
        BEFORE_BATCH
    }

    /**
     * Returns the usual rule.
     *
     * @param tokens number of tokens without a positive activation, the current batch included
     * @return the rule
     */
    public static DeadLatentRule after(long tokens) {
        return new DeadLatentRule(tokens, Timing.AFTER_BATCH);
    }
}
