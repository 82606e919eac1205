package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;

/**
 * Rows of a batch as a loss sees them. The encoder is multiplied by {@code s = x − centre}, of which no array is made: products are taken
 * of x, and what the centre adds to them is a matter of biases, {@code s · Wᵀ + b = x · Wᵀ + (b − W · centre)}, so that dictionaries that
 * share their activations can share one product.
 *
 * @param x [rows, d_in], the activations
 * @param centre [d_in], or null for 0
 * @param target [rows, d_out], what is to be reconstructed: x itself, except for a transcoder
 * @param first where they stand in the batch
 */
public record BatchSlice(NDArray x, NDArray centre, NDArray target, int first) {
    int size() {
        return (int) x.getShape().get(0);
    }

    /** Those from one to before another of a whole batch. */
    BatchSlice slice(int from, int last) {
        NDIndex rows = new NDIndex("{}:{}", from, last);
        NDArray part = x.get(rows);
        return new BatchSlice(part, centre, target == x ? part : target.get(rows), from);
    }

    /** What belongs to these rows of an array over the whole batch: [batch, n] → [rows, n]. */
    NDArray of(NDArray all) {
        return size() == all.getShape().get(0) ? all : all.get(new NDIndex("{}:{}", first, first + size()));
    }

    /** What is added to {@code x · Wᵀ}, for W [n, d_in] and the bias b [n] of centred rows: [n]. */
    NDArray bias(NDArray w, NDArray b) {
        return centre == null ? b : Aten.addmv(b, w, centre, -1);
    }

    /** s itself: [rows, d_in], a new array where there is a centre. */
    NDArray centred() {
        return centre == null ? x : x.sub(centre);
    }
}
