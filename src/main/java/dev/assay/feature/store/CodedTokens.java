package dev.assay.feature.store;

import dev.assay.text.TokenBatch;

/**
 * A batch of whole contexts with the sparse codes of every token.
 *
 * @param tokens the contexts
 * @param counted whether each token is part of the statistics, [tokens]
 * @param offsets the index of the first code of each token, [tokens]
 * @param latents the latent of each code, ordered by token, [codes]
 * @param values the activation of each code, [codes]
 */
record CodedTokens(TokenBatch tokens, boolean[] counted, long[] offsets, long[] latents, float[] values) {
    /** Returns the end of the codes of a token, exclusive. */
    int end(int token) {
        return token + 1 < offsets.length ? (int) offsets[token + 1] : values.length;
    }
}
