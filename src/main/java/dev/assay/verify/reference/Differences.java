package dev.assay.verify.reference;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the largest difference of each value of a case. Several comparisons under one name yield one value with their largest
 * difference, so a value can be compared entry by entry.
 */
public final class Differences {
    private final Map<String, ValueDifference> values = new LinkedHashMap<>();

    /**
     * Compares a number by its absolute difference. Two NaNs and two equal infinities are equal.
     *
     * @param value the name of the value
     * @param found the computed number
     * @param expected the recorded number
     * @param tolerance the largest absolute difference that passes
     */
    public void absolute(String value, double found, double expected, double tolerance) {
        add(value, difference(found, expected), tolerance);
    }

    /**
     * Compares a number by its relative difference {@code |found − expected| / max(|expected|, smallest)}. Two NaNs are equal.
     *
     * @param value the name of the value
     * @param found the computed number
     * @param expected the recorded number
     * @param smallest the smallest denominator, above 0
     * @param tolerance the largest relative difference that passes
     */
    public void relative(String value, double found, double expected, double smallest, double tolerance) {
        double difference = difference(found, expected);
        add(value, difference == 0 ? 0 : difference / Math.max(Math.abs(expected), smallest), tolerance);
    }

    /**
     * Compares all entries of an array by their absolute differences.
     *
     * @param value the name of the value
     * @param found the computed numbers
     * @param expected the recorded numbers
     * @param tolerance the largest absolute difference that passes
     * @throws InvalidInputException if the lengths differ
     */
    public void absolute(String value, double[] found, double[] expected, double tolerance) {
        if (found.length != expected.length) {
            throw new InvalidInputException(
                    value + " has " + expected.length + " entries in the case, expected " + found.length);
        }
        add(value, 0, tolerance);
        for (int i = 0; i < found.length; i++) {
            absolute(value, found[i], expected[i], tolerance);
        }
    }

    /**
     * Compares all entries of a matrix by their absolute differences.
     *
     * @param value the name of the value
     * @param found the computed matrix, [rows][columns]
     * @param expected the recorded entries, row by row, [rows · columns]
     * @param tolerance the largest absolute difference that passes
     * @throws InvalidInputException if the numbers of entries differ
     */
    public void absolute(String value, double[][] found, double[] expected, double tolerance) {
        absolute(value, Arrays.stream(found).flatMapToDouble(Arrays::stream).toArray(), expected, tolerance);
    }

    /**
     * Compares two values that must be equal, such as sets of features. The difference is 0 or 1 and the tolerance 0.
     *
     * @param value the name of the value
     * @param found the computed value
     * @param expected the recorded value
     */
    public void equal(String value, Object found, Object expected) {
        add(value, found.equals(expected) ? 0 : 1, 0);
    }

    /**
     * Adds a difference that was computed elsewhere.
     *
     * @param value the name of the value
     * @param difference at least 0, or NaN
     * @param tolerance the largest difference that passes
     */
    public void add(String value, double difference, double tolerance) {
        // Math.max(NaN, x) is NaN, so a NaN stays.
        values.merge(
                value,
                new ValueDifference(value, difference, tolerance),
                (a, b) -> new ValueDifference(
                        value, Math.max(a.difference(), b.difference()), Math.min(a.tolerance(), b.tolerance())));
    }

    /**
     * Returns the differences.
     *
     * @return one entry per name, in the order of the first comparison
     */
    public List<ValueDifference> toList() {
        return new ArrayList<>(values.values());
    }

    private static double difference(double found, double expected) {
        return Double.compare(found, expected) == 0 ? 0 : Math.abs(found - expected);
    }
}
