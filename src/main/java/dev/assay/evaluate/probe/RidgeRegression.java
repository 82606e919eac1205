package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;
import java.util.Arrays;

/**
 * Ridge regressions of many labels on the same rows. The weights {@code w = (Xᶜᵀ Xᶜ + λI)⁻¹ Xᶜᵀ y} of centred columns Xᶜ share one
 * factorisation. Up to scale and for a small λ, w is Fisher's linear discriminant.
 */
public final class RidgeRegression {
    private final double[][] x;
    private final double[] mean;
    private final double[][] factor;

    private RidgeRegression(double[][] x, double[] mean, double[][] factor) {
        this.x = x;
        this.mean = mean;
        this.factor = factor;
    }

    /**
     * Factorises the covariance of the columns.
     *
     * @param x [n, d], not copied
     * @param ridge λ relative to the mean of Xᶜᵀ Xᶜ's diagonal, above 0
     * @return the regression
     * @throws InvalidInputException if there is no row, the ridge is out of range, or all columns are constant
     */
    public static RidgeRegression of(double[][] x, double ridge) {
        InvalidInputException.require(x.length > 0, "a regression has no rows, expected at least one");
        InvalidInputException.require(ridge > 0 && Double.isFinite(ridge), "the ridge", ridge, "more than 0");
        int width = x[0].length;
        double[] mean = new double[width];
        for (double[] row : x) {
            for (int i = 0; i < width; i++) {
                mean[i] += row[i] / x.length;
            }
        }
        double[][] products = new double[width][width];
        double[] centred = new double[width];
        double trace = 0;
        for (double[] row : x) {
            for (int i = 0; i < width; i++) {
                centred[i] = row[i] - mean[i];
                trace += centred[i] * centred[i];
            }
            for (int i = 0; i < width; i++) {
                for (int j = 0; j <= i; j++) {
                    products[i][j] += centred[i] * centred[j];
                }
            }
        }
        double[][] factor = Cholesky.factor(products, ridge * trace / width);
        InvalidInputException.require(
                factor.length > 0, "the columns of a regression are constant, expected columns that vary");
        return new RidgeRegression(x, mean, factor);
    }

    /**
     * Fits labels.
     *
     * @param labels n labels
     * @return a probe whose score is the estimate of the label (1 or 0) minus one half
     */
    public LinearProbe fit(boolean[] labels) {
        InvalidInputException.require(
                labels.length == x.length,
                () -> "there are " + labels.length + " labels, expected " + x.length + ", one per row");
        double[] products = new double[mean.length];
        int positives = 0;
        for (int row = 0; row < labels.length; row++) {
            if (labels[row]) {
                positives++;
                for (int i = 0; i < mean.length; i++) {
                    products[i] += x[row][i] - mean[i];
                }
            }
        }
        double[] weights = Cholesky.solve(factor, products);
        double offset = 0;
        for (int i = 0; i < mean.length; i++) {
            offset += mean[i] * weights[i];
        }
        return new LinearProbe(weights, (double) positives / labels.length - 0.5 - offset);
    }

    /**
     * Scores all rows that the regression was created with.
     *
     * @param probe a probe
     * @return n scores
     */
    public double[] scores(LinearProbe probe) {
        return Arrays.stream(x).mapToDouble(probe::score).toArray();
    }
}
