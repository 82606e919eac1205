package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Factors that scale activations in training.
 *
 * @param input the factor of the encoded activations
 * @param target the factor of the target; equal to {@code input} except for a transcoder
 * @param largestNorm the norm to which larger scaled rows are shortened in training; 0 for no bound, as in checkpoints of version 0.1
 */
public record ActivationScale(double input, double target, double largestNorm) {
    private static final int SAMPLE = 4096;
    private static final double MEDIAN_TOLERANCE = 1e-4;
    private static final double ROUNDING = 1e-5;
    /** Rows of a larger multiple of the typical norm are shortened to it. */
    private static final double LARGEST_RATIO = 4;

    /** Factors without a bound of norms. */
    public ActivationScale(double input, double target) {
        this(input, target, 0);
    }

    public static ActivationScale of(double factor) {
        return new ActivationScale(factor, factor);
    }

    /**
     * Returns the factors that scale the typical distance of rows from their centre to √d: √d divided by the distance. The centre is
     * the geometric median of the rows where training subtracts a decoder bias, else 0. The distance is the mean over the nine tenths of
     * the rows that are nearest to the centre. So neither a dimension with a large mean nor a few outlier rows change the scale of the
     * other rows.
     *
     * @param rows [n, d_in], the first activations of a run; for a transcoder [n, d_in + d_out], the input followed by the target
     * @param dIn the width of the input
     * @param centring of input and target
     * @param site the site of the activations, for error messages
     * @return the factors
     * @throws InvalidInputException when an activation is not finite or all are zero
     */
    public static ActivationScale measure(NDArray rows, int dIn, Centring centring, String site) {
        long width = rows.getShape().get(1);
        try (Scope scope = Scope.open()) {
            double largest = largest(rows, site);
            NDArray sample = sample(rows)
                    .div((float) largest); // norms of float32 numbers above 1e19 or below 1e-19 are not float32
            double input = factor(sample.get(new NDIndex(":, 0:{}", dIn)), centring.input(), site) / largest;
            return width == dIn
                    ? new ActivationScale(input, input, LARGEST_RATIO * typicalNorm(sample) * largest * input)
                    : new ActivationScale(
                            input,
                            factor(sample.get(new NDIndex(":, {}:{}", dIn, width)), centring.target(), site) / largest);
        }
    }

    /**
     * Whether a decoder bias is subtracted.
     *
     * @param input from the encoded activations
     * @param target from the target
     */
    public record Centring(boolean input, boolean target) {
        /** Neither input nor target has a decoder bias. */
        public static final Centring NONE = new Centring(false, false);

        /** Both have one. */
        public static final Centring BOTH = new Centring(true, true);
    }

    /** Returns the largest absolute value. */
    private static double largest(NDArray rows, String site) {
        double largest =
                Math.max(rows.max().getFloat(), -rows.min().getFloat()); // without a copy of all rows; NaN is preserved
        if (!Double.isFinite(largest)) {
            throw new InvalidInputException("the first " + rows.getShape().get(0) + " activations of " + site + " have "
                    + notFinite(rows) + " values that are not finite numbers");
        }
        if (largest == 0) {
            throw zero(site);
        }
        return largest;
    }

    private static InvalidInputException zero(String site) {
        return new InvalidInputException("every activation of " + site + " is zero");
    }

    /** Returns rows at random positions. Equal distances could coincide with the length of the contexts. */
    private static NDArray sample(NDArray rows) {
        long n = rows.getShape().get(0);
        if (n <= SAMPLE) {
            return rows;
        }
        long[] positions = new SplittableRandom(n).longs(SAMPLE, 0, n).toArray();
        return Aten.indexSelect(rows, 0, rows.getManager().create(positions));
    }

    private static double factor(NDArray rows, boolean centred, String site) {
        try (Scope scope = Scope.open()) {
            double norm = typicalNorm(rows);
            if (norm == 0) {
                throw zero(site);
            }
            double distance = centred ? typicalNorm(rows.sub(GeometricMedian.of(rows, MEDIAN_TOLERANCE))) : norm;
            boolean equal = distance < ROUNDING * norm;
            return Math.sqrt(rows.getShape().get(1)) / (equal ? norm : distance);
        }
    }

    /** The mean over the nine tenths of the rows with the smallest norms; over all rows if these norms are 0 except for rounding. */
    private static double typicalNorm(NDArray rows) {
        float[] norms = Aten.rowNorms(rows).toFloatArray();
        Arrays.sort(norms);
        double typical = mean(norms, Math.max(1, norms.length * 9 / 10));
        double all = mean(norms, norms.length);
        return typical > ROUNDING * all ? typical : all;
    }

    private static double mean(float[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        return sum / count;
    }

    /**
     * Multiplies rows in place, and shortens those above the largest norm, so that a few outliers do not dominate losses and gradients:
     * [n, d_in], for a transcoder [n, d_in + d_out], the input followed by the target.
     */
    public void apply_(NDArray rows, int dIn) {
        if (input == target) {
            if (input != 1) {
                Aten.mul_(rows, input);
            }
            if (largestNorm > 0) {
                shorten_(rows);
            }
            return;
        }
        Aten.mul_(rows.get(new NDIndex(":, 0:{}", dIn)), input);
        Aten.mul_(rows.get(new NDIndex(":, {}:{}", dIn, rows.getShape().get(1))), target);
    }

    private void shorten_(NDArray rows) {
        try (Scope scope = Scope.open()) {
            NDArray norms = Aten.rowNorms(rows); // [n, 1]
            if (norms.max().getFloat() > largestNorm) {
                NDArray bounded = Aten.clampMin(norms, largestNorm);
                Aten.mul_(rows, Aten.mul(bounded.onesLike(), largestNorm).div(bounded));
            }
        }
    }

    /** Returns the number of entries that are not finite. */
    static long notFinite(NDArray rows) {
        try (Scope scope = Scope.open()) {
            return rows.isNaN()
                    .logicalOr(rows.isInfinite())
                    .toType(DataType.INT64, false)
                    .sum()
                    .getLong();
        }
    }
}
