package dev.assay.text;

import dev.assay.text.tokenizer.Tokenizer;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The numbers of tokens of some documents of a corpus, in ascending order. A {@link CorpusIndex} can be computed from the counts of all
 * documents, which several processes may collect for different documents.
 */
public final class DocumentCounts implements Serializable {
    private static final long serialVersionUID = 1;

    private static final int[] NONE = {};

    private long[] documents = new long[16];
    private int[] tokens = new int[16];
    private int[][] special = new int[16][];
    private int size;

    /**
     * Adds a document of the corpus. Documents that are not in the split of the index are not added.
     *
     * @param document its index in the corpus, larger than that of the document before
     * @param ids its token ids, without the end-of-text token that the corpus appends
     * @param tokenizer decides which tokens are special
     */
    public void add(long document, int[] ids, Tokenizer tokenizer) {
        if (size > 0 && document <= documents[size - 1]) {
            throw new IllegalArgumentException("document " + document + " follows document " + documents[size - 1]
                    + ", expected ascending documents");
        }
        if (size == documents.length) {
            documents = Arrays.copyOf(documents, 2 * size);
            tokens = Arrays.copyOf(tokens, 2 * size);
            special = Arrays.copyOf(special, 2 * size);
        }
        documents[size] = document;
        tokens[size] = ids.length;
        int[] found = IntStream.range(0, ids.length)
                .filter(i -> tokenizer.isSpecial(ids[i]))
                .toArray();
        special[size++] = found.length == 0 ? NONE : found;
    }

    /** {@return the number of documents} */
    public int size() {
        return size;
    }

    /** Adds the documents to an incomplete index. */
    void addTo(ContextCounter counter) {
        for (int i = 0; i < size; i++) {
            counter.add(documents[i], tokens[i], special[i]);
        }
    }
}
