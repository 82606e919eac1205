package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.RowTopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** The scores of a batch, pre-activations less the selector's bound, in chunks of rows. */
@FunctionalInterface
public interface ScoreChunks {
    /**
     * Computes the scores of the whole batch. Each call computes the matrix product again.
     *
     * @param consumer receives [rows, d_sae] for successive rows; it may overwrite the array, which the next chunk reuses
     */
    void forEach(Consumer<NDArray> consumer);

    /**
     * Selects the k entries of each row with the largest {@code score · norm}.
     *
     * @param k at most d_sae
     * @param norms [d_sae], or null for 1
     * @return the entries, k per row, with {@code score · norm} as values
     */
    default SparseEntries largest(int k, NDArray norms) {
        NDList indices = new NDList();
        NDList values = new NDList();
        forEach(chunk -> {
            try (Scope scope = Scope.open()) {
                if (norms != null) {
                    Aten.mul_(chunk, norms.reshape(1, norms.size()));
                }
                Aten.Selection top = RowTopK.select(chunk, k); // [rows, k]
                indices.add(scope.keep(top.indices()));
                values.add(scope.keep(top.values()));
            }
        });
        return entriesOfRows(Candidates.joined(indices), Candidates.joined(values));
    }

    /**
     * Selects the entries whose {@code score · norm} exceeds a bound.
     *
     * @param norms [d_sae], or null for 1
     * @param bound computes the bound from {@code score · norm} of the first rows, at least 64 if the batch has as many
     * @return the entries, with {@code score · norm} as values
     */
    default SparseEntries above(NDArray norms, ToDoubleFunction<NDArray> bound) {
        ScoreChunks ranks = norms == null
                ? this
                : consumer -> forEach(chunk -> {
                    Aten.mul_(chunk, norms.reshape(1, norms.size()));
                    consumer.accept(chunk);
                });
        return Candidates.above(ranks, bound).all();
    }

    /**
     * Converts a selection of the same number of entries per row.
     *
     * @param latents int64 [rows, k]
     * @param values float32 [rows, k]
     * @return the entries
     */
    static SparseEntries entriesOfRows(NDArray latents, NDArray values) {
        long batch = latents.getShape().get(0);
        long k = latents.getShape().get(1);
        NDArray rows = latents.getManager()
                .arange(0, (int) batch, 1, DataType.INT64)
                .reshape(batch, 1)
                .broadcast(new Shape(batch, k))
                .reshape(-1);
        return new SparseEntries(rows, latents.reshape(-1), values.reshape(-1));
    }
}
