package dev.assay.text.story;

/**
 * The tokens of a story with concept labels.
 *
 * @param ids token ids, [tokens]
 * @param labels concept bits of each token, [tokens]; bit i is concept i of {@link StoryCorpus#concepts()}
 */
public record LabelledTokens(int[] ids, long[] labels) {
    /**
     * Returns whether a token has a concept.
     *
     * @param token index of the token
     * @param concept index of the concept in {@link StoryCorpus#concepts()}
     * @return whether the bit is set
     */
    public boolean has(int token, int concept) {
        return (labels[token] >>> concept & 1) == 1;
    }
}
