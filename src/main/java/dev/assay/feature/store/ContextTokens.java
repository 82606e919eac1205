package dev.assay.feature.store;

import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one context of a corpus.
 *
 * @param start the position of the first token in the store
 * @param ids the token ids, special tokens included
 * @param texts the text of each token
 * @param document the index of the document of the first token
 */
public record ContextTokens(long start, int[] ids, List<String> texts, long document) {
    /** Copies the array and the list. */
    public ContextTokens {
        ids = ids.clone();
        texts = List.copyOf(texts);
    }

    /**
     * Returns the ids of the tokens.
     *
     * @return a new array
     */
    @Override
    public int[] ids() {
        return ids.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContextTokens that
                && start == that.start
                && Arrays.equals(ids, that.ids)
                && texts.equals(that.texts)
                && document == that.document;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(start) + Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return "ContextTokens[start=" + start + ", text=" + String.join("", texts) + "]";
    }
}
