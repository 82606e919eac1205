package dev.assay.audit.sample;

import dev.assay.text.TokenBatch;
import dev.assay.text.dialogue.Role;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of one forward pass, padded on the right. Every row is a window of one document.
 *
 * @param rows the windows
 * @param width the number of tokens per row, padding included
 * @param filler the token id of the padding
 */
record PassBatch(List<Window> rows, int width, int filler) {
    /**
     * A window of a document.
     *
     * @param document the row of the document in the sample
     * @param first the index of the first token within the document, without repeated BOS tokens
     * @param ids token ids; none for a document without tokens
     * @param roles the role of each token
     * @param last whether the document ends here
     */
    record Window(int document, int first, int[] ids, Role[] roles, boolean last) {}

    /** Returns the contexts of the forward pass. */
    TokenBatch contexts() {
        long[] ids = new long[rows.size() * width];
        long[] documents = new long[ids.length];
        int[] positions = new int[ids.length];
        Arrays.fill(ids, filler);
        for (int row = 0; row < rows.size(); row++) {
            Window window = rows.get(row);
            for (int i = 0; i < width; i++) {
                int at = row * width + i;
                documents[at] = window.document;
                positions[at] = window.first + i;
                ids[at] = i < window.ids.length ? window.ids[i] : filler;
            }
        }
        return new TokenBatch(rows.size(), width, ids, documents, positions);
    }

    /** Returns whether the token at an index of {@link #contexts()} is not padding. */
    boolean real(int token) {
        return token % width < rows.get(token / width).ids.length;
    }
}
