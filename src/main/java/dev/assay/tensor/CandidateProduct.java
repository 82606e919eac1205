package dev.assay.tensor;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * The largest entries, or the entries above a bound, of {@code (x · weightᵀ + bias) · factors}, without the float32 product.
 *
 * <p>A product in bfloat16 or 8-bit integers approximates every entry with an error of at most E. Let t be the k-th largest maximum of
 * disjoint groups of a row. Entries that are approximately at least {@code t − 1.5 E} are candidates and are computed in float32. The k largest
 * candidates are the k largest entries if the smallest of them is at least {@code t − 0.5 E}, because no other entry is as large; otherwise the
 * row is uncertain. Candidates are found by groups in two levels: the maxima of small groups show which groups to read, those of large groups
 * determine t.
 *
 * <p>For bfloat16, E is a norm bound on the rounding errors of both factors and of the result, which always holds. For 8-bit integers, E is six
 * standard deviations of rounding errors that are uniform and independent. A row with a candidate whose error exceeds 85 % of E is uncertain.
 * So is a row with numbers that are not finite, and one with more candidates than are worth computing. Uncertain rows are computed by the float32
 * product.
 *
 * <p>The returned values are float32 inner products of the rows of x and weight. They differ from the entries of the float32 product by the
 * order of summation, as both differ from the exact sum by the rounding of float32. Equal precisions and number of threads are not needed for equal
 * bits: BF16 and INT8 return the same values, in the same order, unless two entries differ by less than that rounding.
 */
public final class CandidateProduct {
    /** Rows of the weight are padded to a multiple of this number. */
    private static final int PADDING = 128;
    /** Entries per group of the first level. */
    private static final int GROUP = 8;
    /** The smallest number of groups of the second level per wanted entry, so that few of these entries share a group. */
    private static final int GROUPS_PER_ENTRY = 4;
    /** The smallest ratio of the number of entries to k for which candidates are fewer than groups. */
    private static final int SMALLEST_RATIO = 32;
    /** Standard deviations of the rounding error that the bound of 8-bit integers covers. */
    private static final double DEVIATIONS = 6;
    /** Standard deviation of three roundings to bfloat16, relative to the rounded number. */
    private static final double ROUNDING_DEVIATION = 0.0028;
    /** Largest relative error of a rounding to bfloat16. */
    private static final double ROUNDING = 1.0 / 256;
    /** Additional entries that are compared exactly in uncertain rows. */
    private static final int NEAR_TIES = 16;

    private final ProductPrecision precision;
    private final Matrix matrix;
    private final NDArray[] rounded; // low [n, d], shift [n, 1], scale [n, 1], size, error, shifted
    private final double rounding;
    private final double deviations;
    private boolean misses; // whether most rows of the last call were uncertain

    /**
     * The float32 matrix.
     *
     * @param weight [n, d]
     * @param bias [n]
     * @param centredBias [n], equal to {@code bias + weight · centre}
     * @param factors [n], not negative; or one factor for all
     */
    public record Matrix(NDArray weight, NDArray bias, NDArray centredBias, NDArray factors) {
        private NDArray column() {
            return factors.reshape(factors.size(), 1);
        }

        private int size() {
            return (int) weight.getShape().get(0);
        }
    }

    /**
     * Rows of the input.
     *
     * @param x [rows, d]
     * @param centred {@code x − centre}, which is rounded with a smaller error than x
     */
    public record Rows(NDArray x, NDArray centred) {
        private Rows at(NDArray rows) {
            NDArray part = Aten.indexSelect(x, 0, rows);
            return new Rows(part, part);
        }
    }

    /**
     * Entries above a bound, sorted by row.
     *
     * @param rows int64 [m], ascending
     * @param columns int64 [m]
     * @param values float32 [m]
     */
    public record Entries(NDArray rows, NDArray columns, NDArray values) {}

    private CandidateProduct(ProductPrecision precision, Matrix matrix) {
        this.precision = precision;
        this.matrix = matrix;
        int missing = Math.floorMod(-matrix.size(), PADDING);
        this.rounded = Bridge.get()
                .tensors(
                        "candidate_matrix_" + precision.key(),
                        matrix.weight(),
                        matrix.centredBias(),
                        matrix.column(),
                        missing);
        boolean statistical = precision == ProductPrecision.INT8;
        this.deviations = statistical ? DEVIATIONS : 0;
        boolean scaled = matrix.factors().size() > 1;
        this.rounding = statistical ? ROUNDING_DEVIATION : ROUNDING * (scaled ? 3 : 2);
    }

    /**
     * Rounds a matrix.
     *
     * @param matrix the matrix, on the CPU
     * @param precision not {@link ProductPrecision#FLOAT32}
     * @return the product, whose arrays belong to the open {@link Scope}
     */
    public static CandidateProduct of(Matrix matrix, ProductPrecision precision) {
        if (precision == ProductPrecision.FLOAT32) {
            throw new IllegalArgumentException("candidates need a precision below float32");
        }
        return new CandidateProduct(precision, matrix);
    }

    /**
     * Returns whether this processor computes products of a precision without overflow. Processors without 8-bit dot products add pairs of
     * products as saturating 16-bit integers.
     *
     * @param manager creates arrays
     * @param precision the precision
     * @return true for float32
     */
    public static boolean isSupported(NDManager manager, ProductPrecision precision) {
        if (precision == ProductPrecision.FLOAT32) {
            return true;
        }
        if (manager.getDevice().isGpu()) {
            return false;
        }
        try (Scope scope = Scope.open()) {
            NDArray weight = manager.ones(new Shape(PADDING, PADDING));
            NDArray bias = manager.zeros(new Shape(PADDING));
            NDArray factor = manager.ones(new Shape(1));
            Entries found = of(new Matrix(weight, bias, bias, factor), precision)
                    .above(new Rows(weight, weight), PADDING - 0.5);
            return found.values().size() == (long) PADDING * PADDING;
        } catch (EngineException unknown) {
            return false;
        }
    }

    /**
     * Returns whether candidates are few enough for a selection of k entries per row.
     *
     * @param k the selected entries per row
     * @param size the number of entries per row
     * @return false if the float32 product is as fast
     */
    public static boolean suits(long k, long size) {
        return size >= SMALLEST_RATIO * k && size >= PADDING;
    }

    /**
     * Selects the k largest entries of each row.
     *
     * @param rows the input
     * @param k the number of entries, see {@link #suits}
     * @return values and int64 columns, each [rows, k], in descending order
     */
    public Aten.Selection largest(Rows rows, int k) {
        try (Scope scope = Scope.open()) {
            if (misses) {
                return kept(scope, exactLargest(rows, k));
            }
            NDArray[] scores = scores(rows);
            NDArray[] best = Bridge.get()
                    .tensors(
                            "candidates_largest",
                            scores[0],
                            scores[1],
                            rounded[5],
                            rows.x(),
                            matrix.weight(),
                            matrix.bias(),
                            matrix.column(),
                            rounding,
                            deviations,
                            k,
                            GROUP,
                            groupsOfGroups(k));
            NDArray uncertain = best[2];
            count(uncertain, rows);
            if (uncertain.size() > 0) {
                Aten.Selection exact = exactLargest(rows.at(uncertain), k);
                Aten.indexCopy_(best[0], 0, uncertain, exact.values());
                Aten.indexCopy_(best[1], 0, uncertain, exact.indices());
            }
            return kept(scope, new Aten.Selection(best[0], best[1]));
        }
    }

    private Aten.Selection exactLargest(Rows rows, int k) {
        NDArray[] best = Bridge.get()
                .tensors(
                        "exact_largest",
                        rows.x(),
                        matrix.weight(),
                        matrix.bias(),
                        matrix.column(),
                        k,
                        Math.min(k + NEAR_TIES, matrix.size()));
        return new Aten.Selection(best[0], best[1]);
    }

    private static Aten.Selection kept(Scope scope, Aten.Selection selection) {
        return new Aten.Selection(scope.keep(selection.values()), scope.keep(selection.indices()));
    }

    /**
     * Selects the entries above a bound.
     *
     * @param rows the input
     * @param bound the exclusive lower bound
     * @return the entries
     */
    public Entries above(Rows rows, double bound) {
        try (Scope scope = Scope.open()) {
            Entries entries = misses ? exactAbove(rows, bound) : candidatesAbove(rows, bound);
            return new Entries(scope.keep(entries.rows()), scope.keep(entries.columns()), scope.keep(entries.values()));
        }
    }

    private Entries candidatesAbove(Rows rows, double bound) {
        NDArray[] scores = scores(rows);
        NDArray[] found = Bridge.get()
                .tensors(
                        "candidates_above",
                        scores[0],
                        scores[1],
                        rounded[5],
                        rows.x(),
                        matrix.weight(),
                        matrix.bias(),
                        matrix.column(),
                        rounding,
                        deviations,
                        bound,
                        GROUP,
                        Math.max(1, paddedSize() / GROUP / GROUP));
        Entries certain = new Entries(found[0], found[1], found[2]);
        NDArray uncertain = found[3];
        count(uncertain, rows);
        return uncertain.size() == 0 ? certain : merged(certain, exactAbove(rows.at(uncertain), bound), uncertain);
    }

    private static Entries merged(Entries certain, Entries exact, NDArray uncertain) {
        NDArray rows = certain.rows().concat(Aten.indexSelect(uncertain, 0, exact.rows()));
        Aten.Selection sorted = Aten.sort(rows);
        NDArray columns = NDArrays.concat(new NDList(certain.columns(), exact.columns()));
        NDArray values = NDArrays.concat(new NDList(certain.values(), exact.values()));
        return new Entries(
                sorted.values(),
                Aten.indexSelect(columns, 0, sorted.indices()),
                Aten.indexSelect(values, 0, sorted.indices()));
    }

    private Entries exactAbove(Rows rows, double bound) {
        NDArray[] found = Bridge.get()
                .tensors(
                        "exact_above",
                        rows.x(),
                        matrix.weight(),
                        matrix.bias(),
                        matrix.column(),
                        bound,
                        GROUP,
                        paddedSize() - matrix.size());
        return new Entries(found[0], found[1], found[2]);
    }

    /** Returns the approximate entries, [n, rows] in a type that DJL does not know, and the row-dependent part of their error. */
    private NDArray[] scores(Rows rows) {
        return Bridge.get()
                .tensors(
                        "candidate_scores_" + precision.key(),
                        rows.centred(),
                        rounded[0],
                        rounded[1],
                        rounded[2],
                        rounded[3],
                        rounded[4]);
    }

    private void count(NDArray uncertain, Rows rows) {
        misses = 2 * uncertain.size() > rows.x().getShape().get(0);
    }

    private int paddedSize() {
        return matrix.size() + Math.floorMod(-matrix.size(), PADDING);
    }

    /** Returns the number of groups that the second level joins to one. */
    private int groupsOfGroups(int k) {
        int groups = paddedSize() / GROUP;
        int joined = 1;
        while (groups % (2 * joined) == 0 && groups / (2 * joined) >= GROUPS_PER_ENTRY * k) {
            joined *= 2;
        }
        return joined;
    }
}
