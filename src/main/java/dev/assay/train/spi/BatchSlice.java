package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;

/**
 * Consecutive rows of a batch. The encoder multiplies {@code s = x − centre}, but no array of s is made: products use x, and the centre is
 * subtracted from biases, {@code s · Wᵀ + b = x · Wᵀ + (b − W · centre)}.
 *
 * @param x [rows, d_in], the activations
 * @param centre [d_in], or null for 0
 * @param target [rows, d_out], the activations to reconstruct: x itself, except for a transcoder
 * @param first the index of the first row in the batch
 */
public record BatchSlice(NDArray x, NDArray centre, NDArray target, int first) {
    /**
     * Returns the number of rows.
     *
     * @return at least 1
     */
    public int size() {
        return (int) x.getShape().get(0);
    }

    /**
     * Returns some rows of a whole batch.
     *
     * @param from the first row
     * @param last the row after the last
     * @return views
     */
    public BatchSlice slice(int from, int last) {
        NDIndex rows = new NDIndex("{}:{}", from, last);
        NDArray part = x.get(rows);
        return new BatchSlice(part, centre, target == x ? part : target.get(rows), from);
    }

    /**
     * Returns the rows of this slice from an array over the whole batch.
     *
     * @param all [batch, n]
     * @return [rows, n], a view
     */
    public NDArray of(NDArray all) {
        return size() == all.getShape().get(0) ? all : all.get(new NDIndex("{}:{}", first, first + size()));
    }

    /**
     * Returns the bias of {@code x · Wᵀ} that accounts for the centre, {@code b − W · centre}.
     *
     * @param w W [n, d_in]
     * @param b [n]
     * @return [n]
     */
    public NDArray bias(NDArray w, NDArray b) {
        return centre == null ? b : Aten.addmv(b, w, centre, -1);
    }

    /**
     * Returns the input of the encoder, {@code s = x − centre}.
     *
     * @return [rows, d_in], x itself if there is no centre
     */
    public NDArray centred() {
        return centre == null ? x : x.sub(centre);
    }
}
