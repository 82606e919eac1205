package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DeadLatentRule;

/** Counts for every latent the tokens since it last fired, and how often it fired lately. */
public final class DeadLatents implements AutoCloseable {
    private final DeadLatentRule rule;
    private final NDArray silentFor; // float64 [d_sae]: tokens; exact far beyond any run
    private final NDArray fireCounts; // float64 [d_sae]: activations in the window
    private long windowTokens;
    private long tokensSeen;

    DeadLatents(NDManager manager, int dSae, DeadLatentRule rule) {
        this.rule = rule;
        this.silentFor = Scope.detached(() -> manager.zeros(new Shape(dSae), DataType.FLOAT64));
        this.fireCounts = Scope.detached(() -> manager.zeros(new Shape(dSae), DataType.FLOAT64));
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

    public int deadCount() {
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
    public NDArray density() {
        return fireCounts.div(Math.max(windowTokens, 1));
    }

    /** Starts a new window of firing counts. */
    void clearWindow() {
        fireCounts.muli(0);
        windowTokens = 0;
    }

    public long windowTokens() {
        return windowTokens;
    }

    public NDArray silentFor() {
        return silentFor;
    }

    public NDArray fireCounts() {
        return fireCounts;
    }

    /** Continues after a number of tokens; the caller has filled the arrays. */
    public void restore(long seen, long window) {
        tokensSeen = seen;
        windowTokens = window;
    }

    @Override
    public void close() {
        silentFor.close();
        fireCounts.close();
    }
}
