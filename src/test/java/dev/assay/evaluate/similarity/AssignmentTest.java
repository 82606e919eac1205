package dev.assay.evaluate.similarity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

    /**
     * Prices prove an assignment optimal: every assignment costs at least the sum of the prices, of which those of columns are not positive,
     * and this assignment costs that sum.
     */
    @Test
    void pricesProveTheAssignmentOptimal() {
        SplittableRandom random = new SplittableRandom(4);
        for (int trial = 0; trial < 12; trial++) {
            int rows = 60 + random.nextInt(60);
            int columns = trial % 3 == 0 ? rows : rows + random.nextInt(40);
            int levels = trial % 2 == 0 ? 5 : 1 << 24; // few distinct costs and many ties, or none
            float[][] cost = costs(rows, columns, random, r -> r.nextInt(levels) / (double) levels - 0.5);
            Assignment assignment = Assignment.solve(cost);
            requireOptimal(cost, assignment);
            assertArrayEquals(assignment.columnOfRow(), Assignment.solve(cost).columnOfRow());
        }
    }

    /** Cosines of directions: pairs of nearly equal ones, several with the same best partner, and unrelated ones. */
    @Test
    void pricesProveTheMatchingOfDirectionsOptimal() {
        SplittableRandom random = new SplittableRandom(5);
        int size = 300;
        int width = 16;
        double[][] a = new double[size][];
        double[][] b = new double[size + 50][];
        for (int i = 0; i < b.length; i++) {
            double noise = new double[] {0.05, 0.5, 10}[i % 3];
            double[] centre = i < size ? unit(width, random, null, 0) : a[i - size];
            b[i] = unit(width, random, centre, noise);
            if (i < size) {
                a[i] = centre;
            }
        }
        float[][] cost = new float[size][b.length];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < b.length; j++) {
                double cosine = 0;
                for (int d = 0; d < width; d++) {
                    cosine += a[i][d] * b[j][d];
                }
                cost[i][j] = (float) -cosine;
            }
        }
        requireOptimal(cost, Assignment.solve(cost));
    }

    private static double[] unit(int width, SplittableRandom random, double[] centre, double noise) {
        double[] direction = new double[width];
        double squares = 0;
        for (int d = 0; d < width; d++) {
            direction[d] = centre == null ? random.nextGaussian() : centre[d] + noise * random.nextGaussian() / 4;
            squares += direction[d] * direction[d];
        }
        for (int d = 0; d < width; d++) {
            direction[d] /= Math.sqrt(squares);
        }
        return direction;
    }

    private static void requireOptimal(float[][] cost, Assignment assignment) {
        int[] columns = assignment.columnOfRow();
        double[] u = assignment.rowPrices();
        double[] v = assignment.columnPrices();
        assertEquals(cost.length, Arrays.stream(columns).distinct().count());
        boolean[] taken = new boolean[v.length];
        Arrays.stream(columns).forEach(column -> taken[column] = true);
        for (int j = 0; j < v.length; j++) {
            assertTrue(v[j] <= (taken[j] ? 1e-12 : 0), "the price of column " + j + " is " + v[j]);
            assertTrue(taken[j] || v[j] == 0, "column " + j + " is free and has a price");
            for (int i = 0; i < u.length; i++) {
                assertTrue(cost[i][j] - u[i] - v[j] >= -1e-12, "a reduced cost is negative");
            }
        }
        assertEquals(Arrays.stream(u).sum() + Arrays.stream(v).sum(), sum(cost, columns), 1e-9);
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
