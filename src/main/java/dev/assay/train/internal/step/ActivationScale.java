package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * What activations are multiplied by before a dictionary sees them in training.
 *
 * @param input the factor of what is encoded
 * @param target the factor of what is reconstructed, the same except for a transcoder
 */
public record ActivationScale(double input, double target) {
    public static ActivationScale of(double factor) {
        return new ActivationScale(factor, factor);
    }

    /**
     * Returns what brings the mean norm of rows to √d: √d over their mean norm.
     *
     * @param rows [n, d_in], the first activations of a run; of a transcoder [n, d_in + d_out], with the target behind the input
     * @param dIn the width of what is encoded
     * @param site where they are from, in words
     * @return the factors
     * @throws InvalidInputException when there are no such factors
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

    /** Multiplies rows, of a transcoder with the target behind the input. */
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

    /** How many entries are not finite. */
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
