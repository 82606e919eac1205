package dev.assay.text.story;

/**
 * The tokens of a story and the concepts they carry.
 *
 * @param ids token ids, [tokens]
 * @param labels for each token one bit a concept, the lowest for the first of {@link StoryCorpus#concepts()}, [tokens]
 */
public record LabelledTokens(int[] ids, long[] labels) {
    /**
     * Tells whether a token carries a concept.
     *
     * @param token the token's place
     * @param concept the concept's place in {@link StoryCorpus#concepts()}
     * @return whether it does
     */
    public boolean has(int token, int concept) {
        return (labels[token] >>> concept & 1) == 1;
    }
}
