package dev.assay.evaluate.similarity;

import java.util.Arrays;

/**
 * The one-to-one assignment of rows to columns with the smallest total cost. Shortest augmenting paths in O(n³) with dual prices
 * (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems", 1987; the
 * rectangular form is that of Crouse, "On implementing 2D rectangular assignment algorithms", 2016), for the rows that are free after
 * their augmenting row reduction: a free row takes its cheapest column from the row that has it, and the price of the column changes by
 * the difference to the second cheapest one.
 *
 * <p>Prices of columns are never positive, and 0 for free columns. A row therefore has its two cheapest columns among those of its
 * smallest costs if both, with their prices, are no dearer than the next cost, which is a bound for all other columns.
 *
 * <p>Of equally cheap columns the first one counts.
 */
final class Assignment {
    private static final int NONE = -1;

    /** The number of smallest costs of a row that are searched first. */
    private static final int CANDIDATES = 24;

    /** The number of steps of the row reduction per row, after which the remaining rows are assigned by paths. */
    private static final int REDUCTIONS = 50;

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
        return solve(cost).columnOfRow;
    }

    /** Finds the assignment with its prices, which prove that it is optimal. */
    static Assignment solve(float[][] cost) {
        Assignment assignment = new Assignment(cost);
        assignment.reduceRows();
        for (int row = 0; row < cost.length; row++) {
            if (assignment.columnOfRow[row] == NONE) {
                assignment.augment(row);
            }
        }
        return assignment;
    }

    int[] columnOfRow() {
        return columnOfRow.clone();
    }

    /** Returns the prices of rows u. No reduced cost {@code cost[i][j] − u[i] − v[j]} is negative, those of the assignment are 0. */
    double[] rowPrices() {
        return rowPrice.clone();
    }

    /** Returns the prices of columns v, at most 0 and 0 for columns without a row. */
    double[] columnPrices() {
        return columnPrice.clone();
    }

    /** Assigns rows to their cheapest columns, at prices at which no other column is cheaper. Some rows remain free. */
    private void reduceRows() {
        if (columns == 1) {
            rowPrice[0] = cost[0][0];
            assign(0, 0);
            return;
        }
        CheapestColumns cheapest = new CheapestColumns(cost, CANDIDATES);
        long steps = (long) REDUCTIONS * cost.length;
        for (int start = 0; start < cost.length; start++) {
            int row = start;
            while (row != NONE && steps-- > 0) {
                cheapest.find(row, columnPrice);
                row = reduce(row, cheapest);
            }
        }
        for (int row = 0; row < cost.length; row++) {
            if (columnOfRow[row] == NONE) {
                cheapest.find(row, columnPrice);
                rowPrice[row] = cheapest.firstCost();
            }
        }
    }

    /** Assigns a row to its cheapest column and returns the row that lost the column, or NONE. */
    private int reduce(int row, CheapestColumns cheapest) {
        int column = cheapest.first();
        double lowered = columnPrice[column] - (cheapest.secondCost() - cheapest.firstCost());
        boolean isTied = lowered == columnPrice[column];
        if (isTied && rowOfColumn[column] != NONE) {
            column = cheapest.second();
            if (rowOfColumn[column] != NONE) {
                return NONE; // the row stays free: no column at these prices has a better claim
            }
        } else {
            columnPrice[column] = lowered;
        }
        int loser = rowOfColumn[column];
        if (loser != NONE) {
            columnOfRow[loser] = NONE;
        }
        rowPrice[row] = cost[row][column] - columnPrice[column];
        assign(row, column);
        return loser;
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
