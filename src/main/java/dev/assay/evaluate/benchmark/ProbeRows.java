package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.ProbeData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Rows with a binary label, positives first.
 *
 * @param x [n, d]
 * @param positives the number of positive rows
 */
public record ProbeRows(double[][] x, int positives) {
    /**
     * Selects the rows of a class and as many rows of the other classes: {@code ⌈P / (classes − 1)⌉} first rows of each, cut to P in all.
     *
     * @param classes the rows of each class, in the order in which negatives are selected
     * @param name the positive class
     * @return the rows
     * @throws InvalidInputException if the other classes have fewer rows
     */
    public static ProbeRows oneVersusRest(Map<String, double[][]> classes, String name) {
        double[][] positives = classes.get(name);
        int perClass = (int) Math.ceil((double) positives.length / Math.max(1, classes.size() - 1));
        List<double[]> negatives = new ArrayList<>();
        classes.forEach((other, rows) -> {
            if (!other.equals(name)) {
                negatives.addAll(Arrays.asList(rows).subList(0, Math.min(perClass, rows.length)));
            }
        });
        return pair(positives, negatives.toArray(double[][]::new));
    }

    /**
     * Selects the rows of a class and as many rows of its opposite.
     *
     * @param positives the rows of the class
     * @param negatives the rows of the opposite
     * @return the rows
     * @throws InvalidInputException if there is no positive row, or fewer negative rows
     */
    public static ProbeRows pair(double[][] positives, double[][] negatives) {
        InvalidInputException.require(
                positives.length > 0 && negatives.length >= positives.length,
                () -> "the class has " + positives.length + " rows and there are " + negatives.length
                        + " negative rows, expected at least one row and as many negatives");
        double[][] x = Arrays.copyOf(positives, 2 * positives.length);
        System.arraycopy(negatives, 0, x, positives.length, positives.length);
        return new ProbeRows(x, positives.length);
    }

    /**
     * Returns the difference of the mean rows, positives minus negatives.
     *
     * @return [d]
     */
    public double[] meanDifference() {
        int width = x[0].length;
        return Rows.subtract(
                Rows.mean(Arrays.copyOf(x, positives), width),
                Rows.mean(Arrays.copyOfRange(x, positives, x.length), width));
    }

    /**
     * Returns the rows for fitting a probe.
     *
     * @return the rows with their labels
     */
    public ProbeData data() {
        boolean[] labels = new boolean[x.length];
        Arrays.fill(labels, 0, positives, true);
        return ProbeData.of(x, labels);
    }

    /**
     * Returns the accuracy of a probe.
     *
     * @param probe the probe
     * @return the share of rows whose score is positive exactly for positives
     */
    public double accuracy(LinearProbe probe) {
        int correct = 0;
        for (int row = 0; row < x.length; row++) {
            correct += Rows.dot(probe.weights(), x[row]) + probe.intercept() > 0 == row < positives ? 1 : 0;
        }
        return (double) correct / x.length;
    }
}
