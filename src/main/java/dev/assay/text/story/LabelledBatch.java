package dev.assay.text.story;

import dev.assay.text.TokenBatch;

/**
 * Contexts of generated stories with concept labels.
 *
 * @param tokens the contexts
 * @param labels concept bits of each token, [rows * length]; bit i is concept i of {@link StoryCorpus#concepts()}
 */
public record LabelledBatch(TokenBatch tokens, long[] labels) {
    /**
     * Returns whether a token has a concept.
     *
     * @param row the context
     * @param position index of the token in the context
     * @param concept index of the concept in {@link StoryCorpus#concepts()}
     * @return whether the bit is set
     */
    public boolean has(int row, int position, int concept) {
        return (labels[row * tokens.length() + position] >>> concept & 1) == 1;
    }
}
