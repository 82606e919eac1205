package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;

/** Counts for every latent the tokens since it last fired, and how often it fired lately. */
final class DeadLatents implements AutoCloseable {
    private final DeadLatentRule rule;
    private final NDArray silentFor; // float64 [d_sae]: tokens; exact far beyond any run
    private final NDArray fireCounts; // float64 [d_sae]: activations in the window
    private long windowTokens;
    private long tokensSeen;

    DeadLatents(NDManager manager, int dSae, DeadLatentRule rule) {
        this.rule = rule;
        this.silentFor = Scope.outside(() -> manager.zeros(new Shape(dSae), DataType.FLOAT64));
        this.fireCounts = Scope.outside(() -> manager.zeros(new Shape(dSae), DataType.FLOAT64));
    }

    /**
     * Takes note of a batch.
     *
     * @param activations float [d_sae], how often each latent fired in the batch
     * @param tokens the rows of the batch
     * @return the dead latents that the auxiliary loss of this batch is about: int64 [n_dead], or null when there are none
     */
    NDArray observe(NDArray activations, long tokens) {
        if (rule.timing() == DeadLatentRule.Timing.BEFORE_BATCH) {
            NDArray dead = suspects(tokens);
            count(activations, tokens);
            return dead;
        }
        count(activations, tokens);
        return tokensSeen >= rule.tokens() ? dead() : null;
    }

    /** The latents among which {@link #observe} will find the dead ones, if it finds any: int64 [n], rising, or null. */
    NDArray suspects(long tokens) {
        if (rule.timing() == DeadLatentRule.Timing.BEFORE_BATCH) {
            return tokensSeen > rule.tokens() ? positions(silentFor.gt(rule.tokens())) : null;
        }
        return tokensSeen + tokens >= rule.tokens() ? positions(silentFor.gte(rule.tokens() - tokens)) : null;
    }

    /** The latents that are dead now: int64 [n_dead], or null when there are none. */
    NDArray dead() {
        return positions(silentFor.gte(rule.tokens()));
    }

    int deadCount() {
        try (Scope scope = Scope.open()) {
            NDArray dead = dead();
            return dead == null ? 0 : (int) dead.size();
        }
    }

    private void count(NDArray activations, long tokens) {
        silentFor.addi(tokens);
        silentFor.muli(activations.lte(0).toType(DataType.FLOAT64, false));
        tokensSeen += tokens;
        fireCounts.addi(activations);
        windowTokens += tokens;
    }

    private static NDArray positions(NDArray mask) {
        NDArray positions = mask.nonzero();
        return positions.size() == 0 ? null : positions.reshape(-1);
    }

    /** Returns the share of tokens of the window on which each latent fired: float64 [d_sae]. */
    NDArray density() {
        return fireCounts.div(Math.max(windowTokens, 1));
    }

    /** Starts a new window of firing counts. */
    void clearWindow() {
        fireCounts.muli(0);
        windowTokens = 0;
    }

    long windowTokens() {
        return windowTokens;
    }

    NDArray silentFor() {
        return silentFor;
    }

    NDArray fireCounts() {
        return fireCounts;
    }

    /** Continues after a number of tokens; the caller has filled the arrays. */
    void restore(long seen, long window) {
        tokensSeen = seen;
        windowTokens = window;
    }

    @Override
    public void close() {
        silentFor.close();
        fireCounts.close();
    }
}
