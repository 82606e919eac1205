package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Extracts the entries of a dense array above a bound as sparse codes.
 *
 * <p>If few entries are active, each row is split into groups of 8 and only groups with a maximum above the bound are examined. The maxima
 * need one pass over the array; all other operations read a small part of it. Measured on two busy cores with 32 active entries per row of
 * [1024, 16384]: 16 ms, compared with 36 ms for a comparison of every entry.
 */
public final class ActiveEntries {
    private static final int GROUP = 8;
    /** Narrower rows gain nothing from groups. */
    private static final long SMALLEST_WIDTH = 1024;
    /** Above this share of passing groups, every entry is compared instead. */
    private static final double LARGEST_SHARE = 0.125;

    private ActiveEntries() {}

    /**
     * Returns the entries above one bound.
     *
     * @param scores float32 [n, width], contiguous
     * @param bound the exclusive lower bound
     * @return the entries with their values, in no particular order within a row
     */
    public static SparseCodes above(NDArray scores, float bound) {
        try (Scope scope = Scope.open()) {
            return above(scores, scores.getManager().full(new Shape(1), bound)).keep(scope);
        }
    }

    /**
     * Returns the entries above the bound of their column.
     *
     * @param scores float32 [n, width], contiguous
     * @param bounds float32 [width], exclusive lower bounds
     * @return the entries with their values, in no particular order within a row
     */
    public static SparseCodes above(NDArray scores, NDArray bounds) {
        long rows = scores.getShape().get(0);
        long width = scores.getShape().get(1);
        try (Scope scope = Scope.open()) {
            NDArray positions = null;
            if (width >= SMALLEST_WIDTH && width % GROUP == 0) {
                positions = grouped(scores, bounds, LARGEST_SHARE);
            }
            if (positions == null) {
                positions = truePositions(scores.gt(bounds));
            }
            NDArray values = Aten.indexSelect(scores.reshape(rows * width), 0, positions);
            return SparseCodes.ofPositions(positions, values, rows, Math.toIntExact(width))
                    .keep(scope);
        }
    }

    /**
     * Returns positions in the flattened array, grouped by row with rows in ascending order; null if more than {@code largestShare} of the
     * groups pass.
     */
    static NDArray grouped(NDArray scores, NDArray bounds, double largestShare) {
        long rows = scores.getShape().get(0);
        long width = scores.getShape().get(1);
        long groups = width / GROUP;
        try (Scope scope = Scope.open()) {
            // Group j consists of columns j, j + groups, j + 2·groups …, so that the maxima run over long contiguous
            // ranges.
            NDArray maxima = Aten.amax(scores.reshape(rows, GROUP, groups), 1); // [rows, groups]
            boolean one = bounds.size() == 1;
            NDArray least = one ? bounds : bounds.reshape(GROUP, groups).min(new int[] {0}); // [groups]
            NDArray passing = truePositions(maxima.gt(least)); // row · groups + j
            if (passing.size() > largestShare * rows * groups) {
                return null;
            }
            // The row's first position is row · width = row · groups · 8.
            NDArray firsts = passing.add(passing.sub(passing.mod(groups)).mul(GROUP - 1L)); // row · width + j
            NDArray steps = scores.getManager().arange(0, (int) width, (int) groups, DataType.INT64);
            NDArray candidates =
                    firsts.reshape(-1, 1).add(steps.reshape(1, GROUP)).reshape(-1);
            NDArray values = Aten.indexSelect(scores.reshape(rows * width), 0, candidates);
            NDArray needed = one ? bounds : Aten.indexSelect(bounds, 0, candidates.mod(width));
            return scope.keep(Aten.indexSelect(candidates, 0, truePositions(values.gt(needed))));
        }
    }

    /** Returns the flat positions of true entries, int64, ascending. */
    private static NDArray truePositions(NDArray mask) {
        return mask.reshape(-1).nonzero().reshape(-1);
    }
}
