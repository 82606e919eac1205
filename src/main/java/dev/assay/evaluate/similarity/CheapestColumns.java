package dev.assay.evaluate.similarity;

/**
 * Finds the two cheapest columns of a row at column prices that are never positive. It searches the columns of the smallest costs first,
 * and all columns only if another one could be cheaper.
 */
final class CheapestColumns {
    private final float[][] cost;
    private final int count;
    private final int[][] candidates; // [rows, count], the columns of the smallest costs, ascending by cost and column
    private int first;
    private int second;
    private double firstCost;
    private double secondCost;

    /**
     * Selects candidates.
     *
     * @param cost [rows, columns], at least two columns
     * @param most the number of candidates per row
     */
    CheapestColumns(float[][] cost, int most) {
        this.cost = cost;
        this.count = Math.min(most, cost[0].length);
        this.candidates = new int[cost.length][];
        for (int row = 0; row < cost.length; row++) {
            candidates[row] = smallest(cost[row]);
        }
    }

    private int[] smallest(float... costs) {
        int[] found = new int[count];
        int size = 0;
        float bound = Float.POSITIVE_INFINITY; // the largest cost of a full selection
        for (int column = 0; column < costs.length; column++) {
            float here = costs[column];
            if (size == count && !(here < bound)) {
                continue;
            }
            int at = size < count ? size++ : count - 1;
            while (at > 0 && costs[found[at - 1]] > here) {
                found[at] = found[at - 1];
                at--;
            }
            found[at] = column;
            bound = costs[found[size - 1]];
        }
        return found;
    }

    /** Finds the columns of a row with the smallest {@code cost − price}; of equal ones the first columns. */
    void find(int row, double... prices) {
        float[] costs = cost[row];
        int[] columns = candidates[row];
        start();
        for (int column : columns) {
            offer(column, costs[column] - prices[column]);
        }
        boolean isCertain = count == costs.length || secondCost < costs[columns[count - 1]];
        if (!isCertain) {
            start();
            for (int column = 0; column < costs.length; column++) {
                double here = costs[column] - prices[column];
                if (here < secondCost) {
                    offer(column, here);
                }
            }
        }
    }

    private void start() {
        first = -1;
        second = -1;
        firstCost = Double.POSITIVE_INFINITY;
        secondCost = Double.POSITIVE_INFINITY;
    }

    private void offer(int column, double here) {
        if (here < firstCost || here == firstCost && column < first) {
            second = first;
            secondCost = firstCost;
            first = column;
            firstCost = here;
        } else if (here < secondCost || here == secondCost && column < second) {
            second = column;
            secondCost = here;
        }
    }

    int first() {
        return first;
    }

    int second() {
        return second;
    }

    double firstCost() {
        return firstCost;
    }

    double secondCost() {
        return secondCost;
    }
}
