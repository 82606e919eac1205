package dev.assay.text.story;

import dev.assay.text.TokenBatch;

/**
 * Contexts of generated stories with the concepts of each token.
 *
 * @param tokens the contexts
 * @param labels for each token one bit a concept, the lowest for the first of {@link StoryCorpus#concepts()}, [rows * length]
 */
public record LabelledBatch(TokenBatch tokens, long[] labels) {
    /**
     * Tells whether a token carries a concept.
     *
     * @param row the context
     * @param position the token's place in it
     * @param concept the concept's place in {@link StoryCorpus#concepts()}
     * @return whether it does
     */
    public boolean has(int row, int position, int concept) {
        return (labels[row * tokens.length() + position] >>> concept & 1) == 1;
    }
}
