package dev.assay.evaluate.similarity;

import java.util.Arrays;

/**
 * The one-to-one assignment of rows to columns with the smallest total cost. Shortest augmenting paths in O(n³) with dual prices
 * (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems", 1987; the
 * rectangular form is that of Crouse, "On implementing 2D rectangular assignment algorithms", 2016), after a first pass that assigns
 * rows to their cheapest columns if those are free.
 */
final class Assignment {
    private static final int NONE = -1;

    private final float[][] cost; // [rows, columns], rows ≤ columns
    private final int columns;
    private final double[] rowPrice;
    private final double[] columnPrice;
    private final int[] columnOfRow;
    private final int[] rowOfColumn;

    // State of the search for one path.
    private final double[] distance; // to each column
    private final int[] previousRow; // of the shortest path to each column
    private final int[] open; // columns without a known shortest path
    private final boolean[] reachedRow;
    private final boolean[] reachedColumn;

    private Assignment(float[][] cost) {
        this.cost = cost;
        this.columns = cost[0].length;
        rowPrice = new double[cost.length];
        columnPrice = new double[columns];
        columnOfRow = filled(cost.length);
        rowOfColumn = filled(columns);
        distance = new double[columns];
        previousRow = new int[columns];
        open = new int[columns];
        reachedRow = new boolean[cost.length];
        reachedColumn = new boolean[columns];
    }

    private static int[] filled(int size) {
        int[] none = new int[size];
        Arrays.fill(none, NONE);
        return none;
    }

    /**
     * Finds the assignment.
     *
     * @param cost finite, [rows][columns], with at least one row and at most as many rows as columns
     * @return the column of each row
     */
    static int[] leastCost(float[][] cost) {
        Assignment assignment = new Assignment(cost);
        assignment.start();
        for (int row = 0; row < cost.length; row++) {
            if (assignment.columnOfRow[row] == NONE) {
                assignment.augment(row);
            }
        }
        return assignment.columnOfRow;
    }

    /** Sets the price of each row to its smallest cost and assigns the column of that cost if it is free. */
    private void start() {
        for (int row = 0; row < cost.length; row++) {
            int cheapest = 0;
            for (int column = 1; column < columns; column++) {
                if (cost[row][column] < cost[row][cheapest]) {
                    cheapest = column;
                }
            }
            rowPrice[row] = cost[row][cheapest];
            if (rowOfColumn[cheapest] == NONE) {
                assign(row, cheapest);
            }
        }
    }

    private void assign(int row, int column) {
        columnOfRow[row] = column;
        rowOfColumn[column] = row;
    }

    /** Finds the shortest path from a free row to a free column, updates the prices, and changes the assignments along it. */
    private void augment(int freeRow) {
        Arrays.fill(distance, Double.POSITIVE_INFINITY);
        Arrays.fill(reachedRow, false);
        Arrays.fill(reachedColumn, false);
        for (int i = 0; i < columns; i++) {
            open[i] = i;
        }
        int remaining = columns;
        double least = 0;
        int row = freeRow;
        int end = NONE;
        while (end == NONE) {
            reachedRow[row] = true;
            int nearest = nearest(row, least, remaining);
            int column = open[nearest];
            least = distance[column];
            open[nearest] = open[--remaining];
            reachedColumn[column] = true;
            if (rowOfColumn[column] == NONE) {
                end = column;
            } else {
                row = rowOfColumn[column];
            }
        }
        updatePrices(freeRow, least);
        follow(freeRow, end);
    }

    /** Extends the paths by a row and returns the index of the nearest open column, preferring free ones. */
    private int nearest(int row, double least, int remaining) {
        float[] costs = cost[row];
        double base = least - rowPrice[row];
        double shortest = Double.POSITIVE_INFINITY;
        int nearest = 0;
        for (int i = 0; i < remaining; i++) {
            int column = open[i];
            double reached = base + costs[column] - columnPrice[column];
            if (reached < distance[column]) {
                distance[column] = reached;
                previousRow[column] = row;
            }
            double here = distance[column];
            if (here < shortest || here == shortest && rowOfColumn[column] == NONE) {
                shortest = here;
                nearest = i;
            }
        }
        return nearest;
    }

    private void updatePrices(int freeRow, double least) {
        for (int row = 0; row < cost.length; row++) {
            if (reachedRow[row]) {
                rowPrice[row] += row == freeRow ? least : least - distance[columnOfRow[row]];
            }
        }
        for (int column = 0; column < columns; column++) {
            if (reachedColumn[column]) {
                columnPrice[column] -= least - distance[column];
            }
        }
    }

    private void follow(int freeRow, int end) {
        int column = end;
        int row;
        do {
            row = previousRow[column];
            int next = columnOfRow[row];
            assign(row, column);
            column = next;
        } while (row != freeRow);
    }
}
