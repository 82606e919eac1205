package dev.assay.evaluate.concept;

import dev.assay.text.story.StoryCorpus;
import java.util.stream.IntStream;

/**
 * A condition on the concepts of a token.
 *
 * @param all the concepts that the token has, one bit each
 * @param none the concepts that it does not have
 */
record TokenFilter(long all, long none) {
    static TokenFilter has(String concept) {
        return new TokenFilter(bit(concept), 0);
    }

    static TokenFilter lacks(String concept) {
        return new TokenFilter(0, bit(concept));
    }

    TokenFilter and(TokenFilter other) {
        return new TokenFilter(all | other.all, none | other.none);
    }

    private static long bit(String concept) {
        return 1L
                << StoryCorpus.conceptIndex(concept)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "\"" + concept + "\" is not a concept of the generated stories"));
    }

    /** Returns the indices of the tokens that fulfil the condition. */
    int[] tokens(long[] labels) {
        return IntStream.range(0, labels.length)
                .filter(token -> (labels[token] & all) == all && (labels[token] & none) == 0)
                .toArray();
    }
}
