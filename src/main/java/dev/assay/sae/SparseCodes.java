package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.List;

/**
 * The codes of some rows as a sparse matrix in compressed rows: the entries of row r stand from {@code offsets[r]} to
 * {@code offsets[r + 1]}, of the last row to the end. An entry whose value is 0 is an inactive latent: selections of fixed width
 * leave such entries.
 *
 * @param offsets int64 [rows], not falling
 * @param indices int64 [m], the latent of each entry, at most once a row
 * @param values float32 [m], the activation of each entry
 * @param rows the number of rows
 * @param dSae the number of latents
 */
public record SparseCodes(NDArray offsets, NDArray indices, NDArray values, long rows, int dSae)
        implements AutoCloseable {
    /**
     * Makes codes of a selection that has equally many entries in every row.
     *
     * @param selection values and int64 latents, each [rows, k]
     * @param dSae the number of latents
     * @return the codes, which share the selection's memory
     */
    public static SparseCodes ofRows(Aten.Selection selection, int dSae) {
        Shape shape = selection.values().getShape();
        long rows = shape.get(0);
        try (Scope scope = Scope.open()) {
            NDArray offsets =
                    ordinals(selection.values().getManager(), rows).sub(1L).mul(shape.get(1));
            return new SparseCodes(
                            offsets,
                            selection.indices().reshape(shape.size()),
                            selection.values().reshape(shape.size()),
                            rows,
                            dSae)
                    .keep(scope);
        }
    }

    /**
     * Makes codes of entries of a dense array.
     *
     * @param positions int64 [m], each entry's place {@code row · dSae + latent}; those of a row together, the rows in order
     * @param values float32 [m], shared with the codes
     * @param rows the number of rows
     * @param dSae the number of latents
     * @return the codes
     */
    public static SparseCodes ofPositions(NDArray positions, NDArray values, long rows, int dSae) {
        try (Scope scope = Scope.open()) {
            NDArray indices = positions.mod((long) dSae);
            NDArray rowStarts = positions.sub(indices); // row · dSae
            NDArray starts = ordinals(positions.getManager(), rows).sub(1L).mul((long) dSae);
            return new SparseCodes(Aten.searchSorted(rowStarts, starts), indices, values, rows, dSae).keep(scope);
        }
    }

    /**
     * Replaces the values.
     *
     * @param others float32 [m]
     * @return codes that share the places of these
     */
    public SparseCodes withValues(NDArray others) {
        return new SparseCodes(offsets, indices, others, rows, dSae);
    }

    /**
     * Puts the rows of several codes below each other.
     *
     * @param parts at least one, of equally many latents
     * @return the codes of all rows
     */
    public static SparseCodes concat(List<SparseCodes> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        try (Scope scope = Scope.open()) {
            NDList offsets = new NDList();
            NDList indices = new NDList();
            NDList values = new NDList();
            long rows = 0;
            long entries = 0;
            for (SparseCodes part : parts) {
                offsets.add(part.offsets.add(entries));
                indices.add(part.indices);
                values.add(part.values);
                rows += part.rows;
                entries += part.indices.size();
            }
            return new SparseCodes(
                            NDArrays.concat(offsets),
                            NDArrays.concat(indices),
                            NDArrays.concat(values),
                            rows,
                            parts.get(0).dSae)
                    .keep(scope);
        }
    }

    /**
     * Returns the row that each entry belongs to.
     *
     * @return int64 [m]
     */
    public NDArray entryRows() {
        try (Scope scope = Scope.open()) {
            // The row of entry i is the number of offsets that are less than i + 1, less one.
            NDArray ordinals = ordinals(indices.getManager(), indices.size());
            return scope.keep(Aten.searchSorted(offsets, ordinals).sub(1L));
        }
    }

    /**
     * Returns the codes as a dense matrix.
     *
     * @return float32 [rows, d_sae]
     */
    public NDArray dense() {
        try (Scope scope = Scope.open()) {
            NDArray flat = values.getManager().zeros(new Shape(rows * dSae), values.getDataType());
            Aten.indexAdd_(flat, 0, entryRows().mul((long) dSae).add(indices), values);
            return scope.keep(flat.reshape(rows, dSae));
        }
    }

    /**
     * Takes the arrays out of a scope.
     *
     * @param scope the scope that they were made in
     * @return these codes
     */
    public SparseCodes keep(Scope scope) {
        scope.keep(offsets);
        scope.keep(indices);
        scope.keep(values);
        return this;
    }

    @Override
    public void close() {
        offsets.close();
        indices.close();
        values.close();
    }

    /** Returns 1, 2, … size. The engine's own range counts in float32, which is not exact beyond 2^24. */
    private static NDArray ordinals(NDManager manager, long size) {
        return manager.ones(new Shape(size), DataType.INT64).cumSum(0);
    }
}
