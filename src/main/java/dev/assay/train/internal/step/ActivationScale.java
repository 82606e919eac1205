package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Factors that scale activations in training.
 *
 * @param input the factor of the encoded activations
 * @param target the factor of the target; equal to {@code input} except for a transcoder
 */
public record ActivationScale(double input, double target) {
    public static ActivationScale of(double factor) {
        return new ActivationScale(factor, factor);
    }

    /**
     * Returns the factors that scale the mean norm of rows to √d: √d divided by the mean norm.
     *
     * @param rows [n, d_in], the first activations of a run; for a transcoder [n, d_in + d_out], the input followed by the target
     * @param dIn the width of the input
     * @param site the site of the activations, for error messages
     * @return the factors
     * @throws InvalidInputException when an activation is not finite or all are zero
     */
    public static ActivationScale measure(NDArray rows, int dIn, String site) {
        long width = rows.getShape().get(1);
        double input = factor(rows.get(new NDIndex(":, 0:{}", dIn)), site);
        return width == dIn
                ? of(input)
                : new ActivationScale(input, factor(rows.get(new NDIndex(":, {}:{}", dIn, width)), site));
    }

    private static double factor(NDArray rows, String site) {
        try (Scope scope = Scope.open()) {
            double mean = Aten.rowNorms(rows).mean().getFloat();
            if (!Double.isFinite(mean)) {
                throw new InvalidInputException("the first " + rows.getShape().get(0) + " activations of " + site
                        + " have " + notFinite(rows) + " values that are not finite numbers");
            }
            if (mean == 0) {
                throw new InvalidInputException("every activation of " + site + " is zero");
            }
            return Math.sqrt(rows.getShape().get(1)) / mean;
        }
    }

    /** Multiplies rows in place: [n, d_in], for a transcoder [n, d_in + d_out], the input followed by the target. */
    public void apply_(NDArray rows, int dIn) {
        if (input == target) {
            if (input != 1) {
                Aten.mul_(rows, input);
            }
            return;
        }
        Aten.mul_(rows.get(new NDIndex(":, 0:{}", dIn)), input);
        Aten.mul_(rows.get(new NDIndex(":, {}:{}", dIn, rows.getShape().get(1))), target);
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
