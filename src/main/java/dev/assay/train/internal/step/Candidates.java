package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.assay.sae.ActiveEntries;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** Collects, piece by piece, the entries of a matrix that lie above a bound. */
final class Candidates {
    private static final int GROUP = 8;

    private final NDList rows = new NDList();
    private final NDList latents = new NDList();
    private final NDList values = new NDList();
    private long firstRow;

    /** Adds what lies above the bound in the next rows: x [n, width]. */
    void add(NDArray x, float bound) {
        try (Scope scope = Scope.open()) {
            SparseCodes found = ActiveEntries.above(x, bound);
            NDArray moved =
                    firstRow == 0 ? found.entryRows() : found.entryRows().add(firstRow);
            rows.add(scope.keep(moved));
            latents.add(scope.keep(found.indices()));
            values.add(scope.keep(found.values()));
            firstRow += x.getShape().get(0);
        }
    }

    long count() {
        return values.stream().mapToLong(NDArray::size).sum();
    }

    SparseEntries all() {
        return new SparseEntries(joined(rows), joined(latents), joined(values));
    }

    /** The pieces as one array, in whose stead they are closed. */
    static NDArray joined(NDList pieces) {
        if (pieces.size() == 1) {
            return pieces.get(0);
        }
        NDArray all = NDArrays.concat(pieces);
        pieces.forEach(NDArray::close);
        return all;
    }

    /** The largest entry of each group: [n, width] → [n, width / 8], or x itself where the width does not divide. */
    static NDArray maxima(NDArray x) {
        long width = x.getShape().get(1);
        if (width % GROUP != 0) {
            return x;
        }
        return Aten.amax(x.reshape(x.getShape().get(0), GROUP, width / GROUP), 1);
    }
}
