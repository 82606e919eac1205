package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DeadLatentRule;

/** Counts per latent the tokens since it last fired, and its activations in a recent window. */
public final class DeadLatents implements AutoCloseable {
    private final DeadLatentRule rule;
    private final NDArray silentFor; // float64 [d_sae]: tokens, an exact integer up to 2⁵³
    private final NDArray fireCounts; // float64 [d_sae]: activations in the window
    private long windowTokens;
    private long tokensSeen;

    DeadLatents(NDManager manager, int dSae, DeadLatentRule rule) {
        this.rule = rule;
        this.silentFor = Scope.detached(() -> manager.zeros(new Shape(dSae), DataType.FLOAT64));
        this.fireCounts = Scope.detached(() -> manager.zeros(new Shape(dSae), DataType.FLOAT64));
    }

    /**
     * Counts a batch.
     *
     * @param activations float [d_sae], the firing counts of the batch
     * @param tokens the rows of the batch
     * @return int64 [n_dead], ascending: the dead latents for the losses of this batch
     */
    NDArray observe(NDArray activations, long tokens) {
        if (rule.timing() == DeadLatentRule.Timing.BEFORE_BATCH) {
            NDArray dead = candidates(tokens);
            count(activations, tokens);
            return dead;
        }
        count(activations, tokens);
        return tokensSeen >= rule.tokens() ? dead() : none();
    }

    /** Returns the latents that {@link #observe} returns for the next batch unless they fire in it, int64 [n], ascending. */
    NDArray candidates(long tokens) {
        if (rule.timing() == DeadLatentRule.Timing.BEFORE_BATCH) {
            return tokensSeen > rule.tokens() ? positions(Aten.greaterThan(silentFor, rule.tokens())) : none();
        }
        return tokensSeen + tokens >= rule.tokens()
                ? positions(Aten.atLeast(silentFor, (double) (rule.tokens() - tokens)))
                : none();
    }

    /** Returns the currently dead latents, int64 [n_dead], ascending. */
    NDArray dead() {
        return positions(Aten.atLeast(silentFor, (double) rule.tokens()));
    }

    public int deadCount() {
        try (Scope scope = Scope.open()) {
            return (int) dead().size();
        }
    }

    private void count(NDArray activations, long tokens) {
        Aten.add_(silentFor, tokens);
        silentFor.muli(Aten.atMost(activations, 0).toType(DataType.FLOAT64, false));
        tokensSeen += tokens;
        fireCounts.addi(activations);
        windowTokens += tokens;
    }

    private static NDArray positions(NDArray mask) {
        return mask.nonzero().flatten();
    }

    private NDArray none() {
        return silentFor.getManager().create(new Shape(0), DataType.INT64);
    }

    /** Returns the share of the window's tokens on which each latent fired: float64 [d_sae]. */
    public NDArray density() {
        return Aten.div(fireCounts, Math.max(windowTokens, 1));
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

    /** Restores the token counts of a checkpoint, whose arrays the caller has copied. */
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
