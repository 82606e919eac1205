package dev.assay.feature.store;

import dev.assay.text.TokenBatch;

/**
 * A batch of whole contexts with the codes of every token, as plain arrays.
 *
 * @param tokens the contexts
 * @param counted for each token, whether it is part of the statistics
 * @param offsets for each token, where its codes begin
 * @param latents the active latents of all tokens, one after the other
 * @param values their activations
 */
record CodedTokens(TokenBatch tokens, boolean[] counted, long[] offsets, long[] latents, float[] values) {
    /** Returns where the codes of a token end. */
    int end(int token) {
        return token + 1 < offsets.length ? (int) offsets[token + 1] : values.length;
    }
}
