package dev.assay.evaluate;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Counts of active latents (above 0) over some tokens.
 *
 * @param active the number of tokens on which each latent is active, [d_sae]
 * @param sum the sum of all activations
 * @param tokens the number of tokens
 */
public record ActivationSums(long[] active, double sum, long tokens) implements Serializable {
    /**
     * Returns the sums over these tokens and the tokens after them.
     *
     * @param next the sums over later tokens, of the same latents
     * @return the sums over both
     */
    ActivationSums plus(ActivationSums next) {
        long[] both = active.clone();
        for (int latent = 0; latent < both.length; latent++) {
            both[latent] += next.active[latent];
        }
        return new ActivationSums(both, sum + next.sum, tokens + next.tokens);
    }

    /** Returns the mean number of active latents per token. */
    double l0() {
        return (double) Arrays.stream(active).sum() / tokens;
    }

    /** Returns the mean sum of activations per token. */
    double l1() {
        return sum / tokens;
    }

    /** Returns the share of latents that are never active, from 0 to 1. */
    double deadShare() {
        return (double) Arrays.stream(active).filter(count -> count == 0).count() / active.length;
    }

    /** Returns the share of tokens on which each latent is active, [d_sae]. */
    double[] density() {
        return Arrays.stream(active)
                .mapToDouble(count -> (double) count / tokens)
                .toArray();
    }
}
