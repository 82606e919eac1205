package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.assay.sae.ActiveEntries;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.function.ToDoubleFunction;

/** The entries of a batch's scores above a bound, collected chunk by chunk. */
final class Candidates {
    private static final int GROUP = 8;

    private final NDList rows = new NDList();
    private final NDList latents = new NDList();
    private final NDList values = new NDList();
    private long firstRow;
    private float bound = Float.NaN; // until the first chunk

    private Candidates() {}

    /** Collects the entries above a bound that is computed from the first chunk. */
    static Candidates above(ScoreChunks scores, ToDoubleFunction<NDArray> boundOfFirstChunk) {
        Candidates candidates = new Candidates();
        scores.forEach(chunk -> {
            if (candidates.firstRow == 0) {
                candidates.bound = (float) boundOfFirstChunk.applyAsDouble(chunk);
            }
            candidates.add(chunk);
        });
        return candidates;
    }

    private void add(NDArray chunk) {
        try (Scope scope = Scope.open()) {
            SparseCodes found = ActiveEntries.above(chunk, bound);
            NDArray shifted = firstRow == 0 ? found.entryRows() : Aten.add(found.entryRows(), firstRow);
            rows.add(scope.keep(shifted));
            latents.add(scope.keep(found.indices()));
            values.add(scope.keep(found.values()));
            firstRow += chunk.getShape().get(0);
        }
    }

    SparseEntries all() {
        return new SparseEntries(joined(rows), joined(latents), joined(values));
    }

    /** Concatenates chunks and closes them. */
    static NDArray joined(NDList chunks) {
        if (chunks.size() == 1) {
            return chunks.get(0);
        }
        NDArray all = NDArrays.concat(chunks);
        chunks.forEach(NDArray::close);
        return all;
    }

    /** The largest entry of each group: [n, width] → [n, width / 8], or x itself where 8 does not divide the width. */
    static NDArray maxima(NDArray x) {
        long width = x.getShape().get(1);
        if (width % GROUP != 0) {
            return x;
        }
        return Aten.amax(x.reshape(x.getShape().get(0), GROUP, width / GROUP), 1);
    }
}
