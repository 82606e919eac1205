package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.ProbeData;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One row of numbers per document, such as pooled features, pooled activations or TF-IDF weights. Zeros are not stored. Instances do not
 * change.
 */
public final class DocumentMatrix {
    private final int columns;
    private final int[] starts; // [rows + 1]
    private final int[] indices; // ascending within a row
    private final double[] values;

    private DocumentMatrix(int columns, int[] starts, int[] indices, double[] values) {
        this.columns = columns;
        this.starts = starts;
        this.indices = indices;
        this.values = values;
    }

    /**
     * Copies a dense matrix.
     *
     * @param rows n rows of equal length, at least one
     * @return the matrix
     * @throws InvalidInputException if there is no row, the lengths differ, or a value is not finite
     */
    public static DocumentMatrix of(double[][] rows) {
        InvalidInputException.require(rows.length > 0, "the matrix has no rows, expected at least one");
        DocumentMatrixBuilder builder = new DocumentMatrixBuilder(rows[0].length);
        for (double[] row : rows) {
            builder.add(row);
        }
        return builder.build();
    }

    static DocumentMatrix ofEntries(int columns, int[] starts, int[] indices, double[] values) {
        return new DocumentMatrix(columns, starts, indices, values);
    }

    /** A consumer of the entries of a row or column. */
    @FunctionalInterface
    public interface EntryConsumer {
        /**
         * Accepts one entry.
         *
         * @param index the column of an entry of a row, or the row of an entry of a column
         * @param value not 0
         */
        void accept(int index, double value);
    }

    /** {@return the number of rows} */
    public int rows() {
        return starts.length - 1;
    }

    /** {@return the number of columns} */
    public int columns() {
        return columns;
    }

    /**
     * Returns one entry.
     *
     * @param row from 0
     * @param column from 0
     * @return the value, 0 if it is not stored
     */
    public double value(int row, int column) {
        int at = Arrays.binarySearch(indices, starts[row], starts[row + 1], column);
        return at < 0 ? 0 : values[at];
    }

    /**
     * Calls a consumer with the entries of a row that are not 0, in ascending order of the columns.
     *
     * @param row from 0
     * @param consumer receives column and value
     */
    public void row(int row, EntryConsumer consumer) {
        for (int i = starts[row]; i < starts[row + 1]; i++) {
            consumer.accept(indices[i], values[i]);
        }
    }

    /**
     * Copies one row.
     *
     * @param row from 0
     * @return [columns]
     */
    public double[] row(int row) {
        double[] dense = new double[columns];
        row(row, (column, value) -> dense[column] = value);
        return dense;
    }

    /**
     * Returns the mean of some rows.
     *
     * @param rows row numbers, at least one
     * @return [columns]
     * @throws InvalidInputException without rows
     */
    public double[] mean(int... rows) {
        InvalidInputException.require(rows.length > 0, "there are no documents to average, expected at least one");
        double[] mean = new double[columns];
        for (int row : rows) {
            row(row, (column, value) -> mean[column] += value);
        }
        for (int column = 0; column < columns; column++) {
            mean[column] /= rows.length;
        }
        return mean;
    }

    /**
     * Selects rows.
     *
     * @param selected row numbers in the new order
     * @return the matrix of these rows
     */
    public DocumentMatrix rows(int... selected) {
        DocumentMatrixBuilder builder = new DocumentMatrixBuilder(columns);
        for (int row : selected) {
            builder.add(
                    Arrays.copyOfRange(indices, starts[row], starts[row + 1]),
                    Arrays.copyOfRange(values, starts[row], starts[row + 1]));
        }
        return builder.build();
    }

    /**
     * Appends the rows of other matrices.
     *
     * @param parts matrices with equal numbers of columns, at least one
     * @return all rows in the order of the list
     * @throws InvalidInputException if the numbers of columns differ
     */
    public static DocumentMatrix concat(List<DocumentMatrix> parts) {
        InvalidInputException.require(!parts.isEmpty(), "there are no matrices to join, expected at least one");
        DocumentMatrixBuilder builder = new DocumentMatrixBuilder(parts.get(0).columns);
        for (DocumentMatrix part : parts) {
            InvalidInputException.require(
                    part.columns == parts.get(0).columns,
                    () -> "a matrix has " + part.columns + " columns, expected " + parts.get(0).columns
                            + " as in the first one");
            for (int row = 0; row < part.rows(); row++) {
                builder.add(
                        Arrays.copyOfRange(part.indices, part.starts[row], part.starts[row + 1]),
                        Arrays.copyOfRange(part.values, part.starts[row], part.starts[row + 1]));
            }
        }
        return builder.build();
    }

    /**
     * Transposes the matrix: its columns become rows.
     *
     * @return the matrix [columns, rows]
     */
    public DocumentMatrix transposed() {
        int[] columnStarts = new int[columns + 1];
        for (int index : indices) {
            columnStarts[index + 1]++;
        }
        for (int column = 0; column < columns; column++) {
            columnStarts[column + 1] += columnStarts[column];
        }
        int[] next = columnStarts.clone();
        int[] rowIndices = new int[indices.length];
        double[] columnValues = new double[indices.length];
        for (int row = 0; row < rows(); row++) {
            for (int i = starts[row]; i < starts[row + 1]; i++) {
                int to = next[indices[i]]++;
                rowIndices[to] = row;
                columnValues[to] = values[i];
            }
        }
        return new DocumentMatrix(rows(), columnStarts, rowIndices, columnValues);
    }

    /**
     * Returns the columns with enough entries, a choice that does not depend on labels.
     *
     * @param rows row numbers
     * @param least the smallest number of these rows with an entry other than 0
     * @return column numbers, ascending
     */
    public int[] activeColumns(int[] rows, int least) {
        int[] counts = new int[columns];
        for (int row : rows) {
            row(row, (column, value) -> counts[column]++);
        }
        return IntStream.range(0, columns)
                .filter(column -> counts[column] >= least)
                .toArray();
    }

    /**
     * Copies rows and columns to the data of a probe.
     *
     * @param rows row numbers, at least one
     * @param selected column numbers, ascending, at least one
     * @param labels a label for each of {@code rows}
     * @return dense data [rows, selected]
     */
    public ProbeData probeData(int[] rows, int[] selected, boolean[] labels) {
        int[] place = new int[columns];
        Arrays.fill(place, -1);
        for (int i = 0; i < selected.length; i++) {
            place[selected[i]] = i;
        }
        double[] dense = new double[Math.multiplyExact(rows.length, selected.length)];
        for (int i = 0; i < rows.length; i++) {
            int start = i * selected.length;
            row(rows[i], (column, value) -> {
                if (place[column] >= 0) {
                    dense[start + place[column]] = value;
                }
            });
        }
        return ProbeData.of(dense, selected.length, labels);
    }

    /** Returns the sum of the entries of a row whose columns are selected. */
    double sumWhere(int row, boolean[] selected) {
        double sum = 0;
        for (int i = starts[row]; i < starts[row + 1]; i++) {
            sum += selected[indices[i]] ? values[i] : 0;
        }
        return sum;
    }

    /** Returns the number of stored entries of a row. */
    int entries(int row) {
        return starts[row + 1] - starts[row];
    }
}
