package dev.assay.evaluate.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Shuffling;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Rows of activations or codes with a label each, in float64. Instances do not change. */
public final class ProbeData {
    private final double[] values; // [rows · width], one row after the other
    private final boolean[] labels;
    private final int width;

    private ProbeData(double[] values, int width, boolean[] labels) {
        this.values = values;
        this.width = width;
        this.labels = labels;
    }

    /**
     * Creates data of a matrix in one array.
     *
     * @param values [n · width], one row after the other; not copied, must not change
     * @param width the number of columns, at least 1
     * @param labels n labels, true for the positive class
     * @return the data
     * @throws InvalidInputException if the sizes differ, there is no row, or a value is not finite
     */
    public static ProbeData of(double[] values, int width, boolean[] labels) {
        InvalidInputException.requireAtLeast(1, "the number of columns", width);
        InvalidInputException.require(labels.length > 0, "the data of a probe have no rows, expected at least one");
        InvalidInputException.require(
                values.length == (long) labels.length * width,
                () -> "the data of a probe have " + values.length + " values, expected " + labels.length + " rows of "
                        + width);
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new InvalidInputException("row " + i / width + ", column " + i % width
                        + " of the data of a probe is " + values[i] + ", expected a finite number");
            }
        }
        return new ProbeData(values, width, labels.clone());
    }

    /**
     * Copies rows.
     *
     * @param rows n rows of equal width
     * @param labels n labels, true for the positive class
     * @return the data
     * @throws InvalidInputException if the sizes differ, there is no row, or a value is not finite
     */
    public static ProbeData of(double[][] rows, boolean[] labels) {
        InvalidInputException.require(rows.length > 0, "the data of a probe have no rows, expected at least one");
        int width = rows[0].length;
        double[] flat = new double[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            int row = i;
            InvalidInputException.require(
                    rows[i].length == width,
                    () -> "row " + row + " of the data of a probe has " + rows[row].length + " columns, expected "
                            + width);
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        return of(flat, width, labels);
    }

    /**
     * Copies an array.
     *
     * @param x [n, width], of any type
     * @param labels n labels, true for the positive class
     * @return the data
     * @throws InvalidInputException if the sizes differ, there is no row, or a value is not finite
     */
    public static ProbeData of(NDArray x, boolean[] labels) {
        InvalidInputException.require(
                x.getShape().dimension() == 2,
                () -> "the data of a probe have shape " + x.getShape() + ", expected [rows, columns]");
        try (Scope scope = Scope.open()) {
            double[] flat = x.toType(DataType.FLOAT64, false).toDoubleArray();
            return of(flat, Math.toIntExact(x.getShape().get(1)), labels);
        }
    }

    /** {@return the number of rows} */
    public int rows() {
        return labels.length;
    }

    /** {@return the number of columns} */
    public int width() {
        return width;
    }

    /** {@return the number of rows of the positive class} */
    public int positives() {
        int positives = 0;
        for (boolean label : labels) {
            positives += label ? 1 : 0;
        }
        return positives;
    }

    /**
     * Returns whether a row belongs to the positive class.
     *
     * @param row the row
     * @return its label
     */
    public boolean label(int row) {
        return labels[row];
    }

    /** {@return the labels of all rows, a copy} */
    public boolean[] labels() {
        return labels.clone();
    }

    /**
     * Returns a value.
     *
     * @param row the row
     * @param column the column
     * @return the value
     */
    public double value(int row, int column) {
        return values[row * width + column];
    }

    /**
     * Returns a row.
     *
     * @param row the row
     * @return [width], a copy
     */
    public double[] row(int row) {
        return Arrays.copyOfRange(values, row * width, (row + 1) * width);
    }

    /** {@return all values, [n · width], one row after the other, a copy} */
    public double[] values() {
        return values.clone();
    }

    /**
     * Copies the values to an array.
     *
     * @param manager owner of the array
     * @return [n, width] in float32
     */
    public NDArray toArray(NDManager manager) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return manager.create(narrow, new Shape(rows(), width));
    }

    /** Returns the values without a copy. */
    double[] flat() {
        return values;
    }

    /**
     * Selects columns.
     *
     * @param selected the columns in the new order
     * @return the data of these columns
     */
    public ProbeData columns(int... selected) {
        double[] kept = new double[rows() * selected.length];
        for (int i = 0; i < rows(); i++) {
            for (int j = 0; j < selected.length; j++) {
                kept[i * selected.length + j] = value(i, selected[j]);
            }
        }
        return of(kept, selected.length, labels);
    }

    /**
     * Selects rows.
     *
     * @param selected the rows in the new order
     * @return the data of these rows
     */
    public ProbeData rows(int... selected) {
        double[] kept = new double[selected.length * width];
        boolean[] keptLabels = new boolean[selected.length];
        for (int i = 0; i < selected.length; i++) {
            System.arraycopy(values, selected[i] * width, kept, i * width, width);
            keptLabels[i] = labels[selected[i]];
        }
        return of(kept, width, keptLabels);
    }

    /**
     * Replaces the values.
     *
     * @param others [n · otherWidth], one row after the other; not copied, must not change
     * @param otherWidth the number of columns
     * @return data with the same labels
     */
    public ProbeData withValues(double[] others, int otherWidth) {
        return of(others, otherWidth, labels);
    }

    /**
     * Permutes the labels, as a null control: the values say nothing about a permuted label.
     *
     * @param seed of the permutation
     * @return data with the same values
     */
    public ProbeData withShuffledLabels(long seed) {
        boolean[] shuffled = labels.clone();
        Shuffling.shuffle(shuffled, new SplittableRandom(seed));
        return new ProbeData(values, width, shuffled);
    }

    /**
     * Returns the mean of the rows of a class.
     *
     * @param label the class
     * @return [width]; NaN if the class has no rows
     */
    public double[] mean(boolean label) {
        double[] mean = new double[width];
        int count = 0;
        for (int i = 0; i < rows(); i++) {
            if (labels[i] == label) {
                count++;
                for (int j = 0; j < width; j++) {
                    mean[j] += value(i, j);
                }
            }
        }
        for (int j = 0; j < width; j++) {
            mean[j] /= count;
        }
        return mean;
    }

    /** {@return the mean of the positive rows minus the mean of the negative rows, [width]} */
    public double[] meanDifference() {
        requireBothClasses();
        double[] difference = mean(true);
        double[] negative = mean(false);
        for (int j = 0; j < width; j++) {
            difference[j] -= negative[j];
        }
        return difference;
    }

    /**
     * Checks that a probe can be fitted.
     *
     * @throws InvalidInputException if all rows have the same label
     */
    void requireBothClasses() {
        int positives = positives();
        InvalidInputException.require(
                positives > 0 && positives < rows(),
                () -> "all " + rows() + " rows of the data of a probe have the label " + labels[0]
                        + ", expected rows of both classes");
    }
}
