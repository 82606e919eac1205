package dev.assay.spark;

import java.io.Serializable;

/**
 * Consecutive documents of a text.
 *
 * @param first the index of the first document
 * @param last the index of the last document, which is included; the text may end before it
 */
record DocumentRange(long first, long last) implements Serializable {
    boolean contains(long document) {
        return first <= document && document <= last;
    }
}
