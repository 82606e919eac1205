package dev.assay.evaluate.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.evaluate.Sources;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    @Test
    void matchesBruteForceOnSmallMatrices() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 3000; trial++) {
            int rows = 1 + random.nextInt(5);
            int columns = rows + random.nextInt(4);
            // Every other trial has few distinct costs and therefore many ties.
            boolean ties = trial % 2 == 0;
            float[][] cost = costs(rows, columns, random, r -> ties ? r.nextInt(4) - 2 : r.nextDouble() - 0.5);
            int[] found = Assignment.leastCost(cost);
            assertEquals(rows, Arrays.stream(found).distinct().count());
            assertEquals(bruteForce(cost, 0, new boolean[columns]), sum(cost, found), 1e-6);
        }
    }

    private static double bruteForce(float[][] cost, int row, boolean[] taken) {
        if (row == cost.length) {
            return 0;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int column = 0; column < taken.length; column++) {
            if (!taken[column]) {
                taken[column] = true;
                least = Math.min(least, cost[row][column] + bruteForce(cost, row + 1, taken));
                taken[column] = false;
            }
        }
        return least;
    }

    @Test
    void recoversAPermutationOfManyRows() {
        SplittableRandom random = new SplittableRandom(2);
        int size = 700;
        int[] truth = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            truth[i] = truth[j];
            truth[j] = i;
        }
        float[][] cost = costs(size, size, random, SplittableRandom::nextDouble);
        for (int row = 0; row < size; row++) {
            cost[row][truth[row]] = -1;
        }
        assertTrue(Arrays.equals(truth, Assignment.leastCost(cost)));
    }

    /** For independent exponential costs the smallest sum is Σ 1/i² (Aldous, 2001). */
    @Test
    void meanCostOfExponentialCostsMatchesTheKnownLimit() {
        SplittableRandom random = new SplittableRandom(3);
        double mean = 0;
        for (int trial = 0; trial < 10; trial++) {
            float[][] cost = costs(400, 400, random, Sources::exponential);
            mean += sum(cost, Assignment.leastCost(cost)) / 10;
        }
        assertEquals(Math.PI * Math.PI / 6, mean, 0.06);
    }

    private static float[][] costs(
            int rows, int columns, SplittableRandom random, ToDoubleFunction<SplittableRandom> entry) {
        float[][] cost = new float[rows][columns];
        for (float[] row : cost) {
            for (int j = 0; j < columns; j++) {
                row[j] = (float) entry.applyAsDouble(random);
            }
        }
        return cost;
    }

    private static double sum(float[][] cost, int[] columns) {
        double sum = 0;
        for (int row = 0; row < cost.length; row++) {
            sum += cost[row][columns[row]];
        }
        return sum;
    }
}
