package dev.assay.evaluate;

/**
 * Tokens with their concepts.
 *
 * @param ids the token ids
 * @param labels concept bits of each token; bit i is concept i of {@link dev.assay.text.story.StoryCorpus#concepts()}
 */
record ConceptTokens(long[] ids, long[] labels) {
    /** Returns whether a token has a concept. */
    boolean has(int token, int concept) {
        return (labels[token] >>> concept & 1) == 1;
    }

    /** Returns the share of tokens that have a concept. */
    double share(int concept) {
        long with = 0;
        for (int i = 0; i < labels.length; i++) {
            with += has(i, concept) ? 1 : 0;
        }
        return (double) with / labels.length;
    }
}
