package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Two-sided permutation tests of all columns of a matrix. The p-value of a column is {@code (1 + #{|s*| ≥ |s|}) / (1 + draws)} (Phipson and
 * Smyth, 2010). Columns with fewer than {@value #FEW} larger draws among the first {@code permutations} continue to {@code refined} draws, so
 * that small p-values are resolved; the p-value at either stage is valid, since a column that continues has the smaller bound. The
 * family-wise p-value compares a column with the maximum of all columns per draw (Westfall and Young, 1993).
 *
 * @param permutations the number of draws of all columns and of the maximum, at least 99
 * @param refined the number of draws of the columns with few larger draws, at least {@code permutations}
 * @param seed of the draws
 */
public record PermutationTest(int permutations, int refined, long seed) {
    /** 2,000 draws, 100,000 where few are larger, seed 0. */
    public static final PermutationTest DEFAULT = new PermutationTest(2_000, 100_000, 0);

    private static final int FEW = 10;

    /** Statistics are at most 1; draws that are equal up to rounding count as equal. */
    private static final double ROUNDING = 1e-12;

    /** Checks the numbers. */
    public PermutationTest {
        InvalidInputException.requireAtLeast(99, "the number of permutations", permutations);
        InvalidInputException.requireAtLeast(permutations, "the number of refined permutations", refined);
    }

    /**
     * Returns the same test with another seed.
     *
     * @param other the seed
     * @return the test
     */
    public PermutationTest withSeed(long other) {
        return new PermutationTest(permutations, refined, other);
    }

    /**
     * The results of all columns.
     *
     * @param statistics from −1 to 1, 0 for a constant column
     * @param pValues permutation p-values, 1 for a constant column
     * @param qValues Benjamini–Hochberg adjusted p-values of the columns that vary, 1 for a constant column
     * @param familyPValues p-values of the maximum statistic
     * @param tested the number of columns that vary
     */
    public record Result(double[] statistics, double[] pValues, double[] qValues, double[] familyPValues, int tested) {}

    /**
     * Tests whether columns differ between two conditions of documents.
     *
     * @param matrix [documents, columns]
     * @param labels one per document, true for the first condition
     * @param exchangeability the permutations of these labels
     * @return the results
     * @throws InvalidInputException if the numbers of documents differ
     */
    public Result unpaired(DocumentMatrix matrix, boolean[] labels, Exchangeability exchangeability) {
        InvalidInputException.require(
                matrix.rows() == labels.length && exchangeability.documents() == labels.length,
                () -> "the matrix has " + matrix.rows() + " documents, expected " + labels.length
                        + ", the number of labels");
        return test(new LabelCorrelation(matrix, labels, exchangeability));
    }

    /**
     * Tests whether the differences of pairs have the mean 0.
     *
     * @param differences [pairs, columns]
     * @param units the unit of each pair, from 0; the signs of a unit flip together
     * @return the results
     * @throws InvalidInputException if the numbers of pairs differ
     */
    public Result paired(DocumentMatrix differences, int[] units) {
        InvalidInputException.require(
                differences.rows() == units.length,
                () -> "there are " + differences.rows() + " pairs and " + units.length
                        + " units, expected equal numbers");
        return test(new SignFlips(differences, units, Arrays.stream(units).max().orElse(-1) + 1));
    }

    private Result test(ColumnStatistic statistic) {
        int columns = statistic.columns();
        int[] tested = IntStream.range(0, columns).filter(statistic::varies).toArray();
        double[] observed = new double[columns];
        for (int column : tested) {
            observed[column] = statistic.observed(column);
        }
        double[] maxima = new double[permutations];
        int[] larger = new int[columns];
        SplittableRandom random = new SplittableRandom(seed);
        for (int draw = 0; draw < permutations; draw++) {
            maxima[draw] = count(statistic.draw(random), tested, observed, larger);
        }
        double[] pValues = new double[columns];
        Arrays.fill(pValues, 1);
        for (int column : tested) {
            pValues[column] = (1.0 + larger[column]) / (1.0 + permutations);
        }
        int[] few = Arrays.stream(tested).filter(column -> larger[column] < FEW).toArray();
        for (int draw = permutations; draw < refined && few.length > 0; draw++) {
            count(statistic.draw(random), few, observed, larger);
        }
        for (int column : few) {
            pValues[column] = (1.0 + larger[column]) / (1.0 + refined);
        }
        return new Result(observed, pValues, qValues(pValues, tested), familyPValues(observed, maxima), tested.length);
    }

    /** Counts the columns whose draw is at least the observed statistic, and returns the largest absolute draw. */
    private static double count(ColumnStatistic.Draw draw, int[] columns, double[] observed, int[] larger) {
        double largest = 0;
        for (int column : columns) {
            double drawn = Math.abs(draw.of(column));
            largest = Math.max(largest, drawn);
            if (drawn >= Math.abs(observed[column]) - ROUNDING) {
                larger[column]++;
            }
        }
        return largest;
    }

    private static double[] qValues(double[] pValues, int[] tested) {
        double[] adjusted = BenjaminiHochberg.adjust(
                Arrays.stream(tested).mapToDouble(column -> pValues[column]).toArray());
        double[] qValues = new double[pValues.length];
        Arrays.fill(qValues, 1);
        for (int i = 0; i < tested.length; i++) {
            qValues[tested[i]] = adjusted[i];
        }
        return qValues;
    }

    private double[] familyPValues(double[] observed, double[] maxima) {
        double[] sorted = maxima.clone();
        Arrays.sort(sorted);
        double[] pValues = new double[observed.length];
        for (int column = 0; column < observed.length; column++) {
            int below = firstAtLeast(sorted, Math.abs(observed[column]) - ROUNDING);
            pValues[column] = (1.0 + permutations - below) / (1.0 + permutations);
        }
        return pValues;
    }

    private static int firstAtLeast(double[] sorted, double bound) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
