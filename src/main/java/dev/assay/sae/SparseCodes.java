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
 * The codes of a batch of rows in compressed sparse row (CSR) format: row r has the entries from {@code offsets[r]} (inclusive) to {@code
 * offsets[r + 1]} (exclusive), the last row those to the end. An entry with value 0 is an inactive latent; selections of fixed width
 * contain such entries.
 *
 * <p>The arrays are closed by the thread that uses them, when no other thread does.
 *
 * @param offsets int64 [rows], non-decreasing
 * @param indices int64 [m], the latent of each entry, distinct within a row
 * @param values float32 [m], the activation of each entry
 * @param rows the number of rows
 * @param dSae the number of latents
 */
public record SparseCodes(NDArray offsets, NDArray indices, NDArray values, long rows, int dSae)
        implements AutoCloseable {
    /**
     * Creates codes from a selection with the same number of entries in every row.
     *
     * @param selection values and int64 latents, each [rows, k]
     * @param dSae the number of latents
     * @return the codes, which share the selection's memory
     */
    public static SparseCodes ofRows(Aten.Selection selection, int dSae) {
        Shape shape = selection.values().getShape();
        long rows = shape.get(0);
        try (Scope scope = Scope.open()) {
            NDArray offsets = Aten.times(Aten.add(ordinals(selection.values().getManager(), rows), -1L), shape.get(1));
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
     * Creates codes from entries of a dense array.
     *
     * @param positions int64 [m], the flat position {@code row · dSae + latent} of each entry, grouped by row with rows in ascending order
     * @param values float32 [m], shared with the codes
     * @param rows the number of rows
     * @param dSae the number of latents
     * @return the codes
     */
    public static SparseCodes ofPositions(NDArray positions, NDArray values, long rows, int dSae) {
        try (Scope scope = Scope.open()) {
            NDArray indices = Aten.remainder(positions, dSae);
            NDArray rowStarts = positions.sub(indices); // row · dSae
            NDArray starts = Aten.times(Aten.add(ordinals(positions.getManager(), rows), -1L), dSae);
            return new SparseCodes(Aten.searchSorted(rowStarts, starts), indices, values, rows, dSae).keep(scope);
        }
    }

    /**
     * Returns these codes with other values.
     *
     * @param others float32 [m]
     * @return codes that share offsets and indices with these
     */
    public SparseCodes withValues(NDArray others) {
        return new SparseCodes(offsets, indices, others, rows, dSae);
    }

    /**
     * Concatenates codes along rows.
     *
     * @param parts at least one, all with the same number of latents
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
                offsets.add(Aten.add(part.offsets, entries));
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
     * Returns the row of each entry.
     *
     * @return int64 [m]
     */
    public NDArray entryRows() {
        try (Scope scope = Scope.open()) {
            // The row of entry i is one less than the number of offsets below i + 1.
            NDArray ordinals = ordinals(indices.getManager(), indices.size());
            return scope.keep(Aten.add(Aten.searchSorted(offsets, ordinals), -1L));
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
            Aten.indexAdd_(flat, 0, Aten.times(entryRows(), dSae).add(indices), values);
            return scope.keep(flat.reshape(rows, dSae));
        }
    }

    /**
     * Keeps the arrays open beyond a scope.
     *
     * @param scope the scope that owns the arrays
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

    /** Returns 1, 2, … size. The range operation of the engine counts in float32, which is not exact above 2^24. */
    private static NDArray ordinals(NDManager manager, long size) {
        return manager.ones(new Shape(size), DataType.INT64).cumSum(0);
    }
}
