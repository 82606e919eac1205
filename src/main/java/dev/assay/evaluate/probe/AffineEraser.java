package dev.assay.evaluate.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;

/**
 * The edit {@code x ↦ centre + P (x − centre)} of rows x.
 *
 * @param projection P, [d][d]
 * @param centre [d]; the point that the edit keeps
 */
public record AffineEraser(double[][] projection, double[] centre) implements Eraser {
    /** Checks the shapes. */
    public AffineEraser {
        for (double[] row : projection) {
            InvalidInputException.require(
                    row.length == projection.length && centre.length == projection.length,
                    "a projection has " + projection.length + " rows of " + row.length + " columns and a centre of "
                            + centre.length + ", expected equal numbers");
        }
    }

    /**
     * Removes the component of each row along a direction: {@code x − v (v · x) / (v · v)}, without centring.
     *
     * @param direction [d], not 0
     * @return the eraser
     * @throws InvalidInputException if the direction is 0 or not finite
     */
    public static AffineEraser ofDirection(double[] direction) {
        double largest = SmoothFunction.largest(direction);
        InvalidInputException.require(
                largest > 0 && Double.isFinite(largest),
                () -> "the direction to erase has the largest entry " + largest
                        + ", expected a finite direction that is not 0");
        double[] unit = new double[direction.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = direction[i] / largest;
        }
        double norm = Math.sqrt(SmoothFunction.dot(unit, unit));
        double[][] projection = new double[unit.length][unit.length];
        for (int i = 0; i < unit.length; i++) {
            for (int j = 0; j < unit.length; j++) {
                projection[i][j] = (i == j ? 1 : 0) - unit[i] / norm * (unit[j] / norm);
            }
        }
        return new AffineEraser(projection, new double[unit.length]);
    }

    /**
     * Removes the component along the difference of the class means, without centring.
     *
     * @param data rows of both classes
     * @return the eraser
     * @throws InvalidInputException if all rows have the same label, or the means are equal
     */
    public static AffineEraser meanProjection(ProbeData data) {
        return ofDirection(data.meanDifference());
    }

    /** {@return the width of the edited rows} */
    public int width() {
        return centre.length;
    }

    @Override
    public ProbeData erase(ProbeData data) {
        InvalidInputException.require(
                data.width() == width(),
                () -> "the data have " + data.width() + " columns, expected " + width() + ", the width of the eraser");
        return data.withValues(erase(data.flat()), width());
    }

    /** Edits rows [n · d]. */
    double[] erase(double[] rows) {
        int width = width();
        double[] erased = new double[rows.length];
        double[] deviation = new double[width];
        for (int start = 0; start < rows.length; start += width) {
            for (int j = 0; j < width; j++) {
                deviation[j] = rows[start + j] - centre[j];
            }
            for (int i = 0; i < width; i++) {
                erased[start + i] = centre[i] + SmoothFunction.dot(projection[i], deviation);
            }
        }
        return erased;
    }

    /**
     * Returns the edit for arrays in float32, for use in a hook.
     *
     * @param manager owner of the arrays of the edit
     * @return edits rows [n, d]
     */
    public ActivationEdit inFloat32(NDManager manager) {
        int width = width();
        float[] removed = new float[width * width]; // (I − P)ᵀ
        float[] origin = new float[width];
        for (int i = 0; i < width; i++) {
            origin[i] = (float) centre[i];
            for (int j = 0; j < width; j++) {
                removed[j * width + i] = (float) ((i == j ? 1 : 0) - projection[i][j]);
            }
        }
        NDArray removal = Scope.detached(() -> manager.create(removed, new Shape(width, width)));
        NDArray middle = Scope.detached(() -> manager.create(origin, new Shape(1, width)));
        return rows -> rows.sub(rows.sub(middle).matMul(removal));
    }
}
