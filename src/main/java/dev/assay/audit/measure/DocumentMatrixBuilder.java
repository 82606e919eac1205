package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import java.util.Arrays;

/** Collects the rows of a {@link DocumentMatrix}. */
public final class DocumentMatrixBuilder {
    private final int columns;
    private int[] starts = new int[16];
    private int[] indices = new int[64];
    private double[] values = new double[64];
    private int rows;
    private int entries;

    /**
     * Starts an empty matrix.
     *
     * @param columns the number of columns, at least 1
     */
    public DocumentMatrixBuilder(int columns) {
        this.columns = InvalidInputException.requireAtLeast(1, "the number of columns", columns);
    }

    /**
     * Adds a dense row.
     *
     * @param row [columns]
     * @throws InvalidInputException if the length differs or a value is not finite
     */
    public void add(double[] row) {
        InvalidInputException.require(
                row.length == columns,
                () -> "row " + rows + " of the matrix has " + row.length + " columns, expected " + columns);
        for (int column = 0; column < columns; column++) {
            add(column, row[column]);
        }
        endRow();
    }

    /**
     * Adds a sparse row.
     *
     * @param rowColumns different column numbers, ascending
     * @param rowValues a value per column number
     * @throws InvalidInputException if a column is out of range or order, or a value is not finite
     */
    public void add(int[] rowColumns, double[] rowValues) {
        InvalidInputException.require(
                rowColumns.length == rowValues.length,
                () -> "row " + rows + " of the matrix has " + rowColumns.length + " columns and " + rowValues.length
                        + " values, expected equal numbers");
        for (int i = 0; i < rowColumns.length; i++) {
            int at = i;
            InvalidInputException.require(
                    rowColumns[i] >= (i == 0 ? 0 : rowColumns[i - 1] + 1) && rowColumns[i] < columns,
                    () -> "row " + rows + " of the matrix has column " + rowColumns[at] + " at place " + at
                            + ", expected ascending numbers below " + columns);
            add(rowColumns[i], rowValues[i]);
        }
        endRow();
    }

    private void add(int column, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException(
                    "row " + rows + ", column " + column + " of the matrix is " + value + ", expected a finite number");
        }
        if (value != 0) {
            if (entries == indices.length) {
                indices = Arrays.copyOf(indices, 2 * entries);
                values = Arrays.copyOf(values, 2 * entries);
            }
            indices[entries] = column;
            values[entries++] = value;
        }
    }

    private void endRow() {
        rows++;
        if (rows == starts.length) {
            starts = Arrays.copyOf(starts, 2 * rows);
        }
        starts[rows] = entries;
    }

    /** {@return the matrix of the rows so far} */
    public DocumentMatrix build() {
        return DocumentMatrix.ofEntries(
                columns,
                Arrays.copyOf(starts, rows + 1),
                Arrays.copyOf(indices, entries),
                Arrays.copyOf(values, entries));
    }
}
