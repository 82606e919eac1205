package dev.assay.feature.store;

import java.util.Arrays;
import java.util.List;

/**
 * One context of a corpus.
 *
 * @param start the number of its first token among all tokens read
 * @param ids the ids of its tokens, special tokens included
 * @param texts the text of each
 * @param document the number of the document that it begins in
 */
public record ContextTokens(long start, int[] ids, List<String> texts, long document) {
    /** Keeps its own copies. */
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
