package dev.assay.train.plan;

/**
 * When a latent counts as dead: after it was silent for a number of tokens.
 *
 * @param tokens the tokens without a positive activation
 * @param timing whether the batch at hand counts
 */
public record DeadLatentRule(long tokens, Timing timing) {
    /** Whether the batch at hand counts. */
    public enum Timing {
        /** A latent is dead when it was silent for at least so many tokens, this batch included. */
        AFTER_BATCH,
        /** A latent is dead when it was silent for more than so many tokens before this batch, as in SAELens. */
        BEFORE_BATCH
    }

    /**
     * Returns the usual rule.
     *
     * @param tokens the tokens without a positive activation, this batch included
     * @return the rule
     */
    public static DeadLatentRule after(long tokens) {
        return new DeadLatentRule(tokens, Timing.AFTER_BATCH);
    }
}
