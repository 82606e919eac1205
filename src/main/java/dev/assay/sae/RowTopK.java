package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Exact selection of the k largest entries per row, with a faster algorithm for wide rows.
 *
 * <p>A row is split into groups of 8. The k largest entries are in the k groups with the largest maxima, because an entry of any other
 * group is no larger than those k maxima. The first selection therefore runs over an eighth of the row, the second over 8k candidates.
 * Measured on two cores with k = 32: 0.058 s, compared with 0.087 s for a direct selection, on [4096, 16384]; no difference on [4096,
 * 4096].
 */
public final class RowTopK {
    private static final int GROUP = 8;
    /** Narrower rows gain nothing from two selections. */
    private static final long SMALLEST_WIDTH = 4096;
    /** The smallest ratio of width to k for two selections. */
    private static final long SMALLEST_RATIO = 32;

    private RowTopK() {}

    /**
     * Selects the k largest entries of each row, in no particular order. The choice among equal entries is unspecified.
     *
     * @param x [n, width]
     * @param k at most the width
     * @return values and int64 positions, each [n, k]
     */
    public static Aten.Selection select(NDArray x, int k) {
        long width = x.getShape().get(1);
        boolean grouped = width >= SMALLEST_WIDTH && width >= SMALLEST_RATIO * k;
        return grouped ? selectGrouped(x, k) : Aten.topK(x, k);
    }

    static Aten.Selection selectGrouped(NDArray x, int k) {
        try (Scope scope = Scope.open()) {
            NDArray candidates = candidates(x, k); // [n, 8k + rest]
            Aten.Selection best = Aten.topK(Aten.gather(x, 1, candidates), k);
            return new Aten.Selection(
                    scope.keep(best.values()), scope.keep(Aten.gather(candidates, 1, best.indices())));
        }
    }

    /** Returns the positions of all entries in the k groups with the largest maxima, and of the remainder outside all groups. */
    private static NDArray candidates(NDArray x, int k) {
        long rows = x.getShape().get(0);
        long width = x.getShape().get(1);
        long groups = width / GROUP;
        long whole = groups * GROUP;
        // Group j consists of entries j, j + groups, j + 2·groups …, so that the maxima run over long contiguous
        // ranges.
        NDArray body = x.get(new NDIndex(":, 0:{}", whole)).reshape(rows, GROUP, groups);
        NDArray best = Aten.topK(Aten.amax(body, 1), k).indices(); // [n, k]
        NDArray steps = x.getManager().arange(0, (int) whole, (int) groups, DataType.INT64);
        NDArray grouped =
                best.reshape(rows, 1, k).add(steps.reshape(1, GROUP, 1)).reshape(rows, (long) GROUP * k);
        if (whole == width) {
            return grouped;
        }
        NDArray rest = x.getManager().arange((int) whole, (int) width, 1, DataType.INT64);
        return grouped.concat(rest.broadcast(new Shape(rows, width - whole)), 1);
    }
}
