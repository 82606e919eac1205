package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;

/**
 * Rows of a batch as a loss sees them.
 *
 * @param x [rows, d_in], the activations
 * @param s [rows, d_in], what the encoder is multiplied by: the activations, centred or not
 * @param target [rows, d_out], what is to be reconstructed: x itself, except for a transcoder
 */
record Rows(NDArray x, NDArray s, NDArray target) {
    int size() {
        return (int) x.getShape().get(0);
    }

    Rows slice(long first, long last) {
        NDIndex rows = new NDIndex("{}:{}", first, last);
        NDArray part = x.get(rows);
        return new Rows(part, s == x ? part : s.get(rows), target == x ? part : target.get(rows));
    }
}
