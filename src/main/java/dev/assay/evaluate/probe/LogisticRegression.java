package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Logistic regression with an L2 penalty, in the convention of scikit-learn:
 *
 * <pre>
 * minimise  ½‖w‖² + C Σᵢ sᵢ log(1 + exp(−yᵢ(w · xᵢ + b))),   yᵢ = ±1
 * </pre>
 *
 * <p>with the class weights s; the intercept b is not penalised. The objective that {@link LogisticFit} reports is this divided by
 * {@code C Σ s}. The solver is Newton's method up to {@value #NEWTON_WIDTH} columns and L-BFGS above. It stops when no entry of the gradient
 * with respect to the standardised columns exceeds the tolerance, 1e-8 unless changed.
 *
 * <pre>{@code
 * LinearProbe probe = LogisticRegression.withC(0.1).balanced().fit(training).probe();
 * double accuracy = probe.evaluate(heldOut).accuracy();
 * }</pre>
 */
public final class LogisticRegression {
    /** Widest data that Newton's method solves. */
    static final int NEWTON_WIDTH = 600;

    private static final int DEFAULT_FOLDS = 5;

    private final double c;
    private final ClassWeights weights;
    private final boolean balanced;
    private final boolean standardized;
    private final double tolerance;
    private final int newtonWidth;

    private LogisticRegression(
            double c, ClassWeights weights, boolean balanced, boolean standardized, double tolerance, int newtonWidth) {
        InvalidInputException.require(c > 0 && Double.isFinite(c), "C of a logistic regression", c, "more than 0");
        InvalidInputException.require(
                tolerance > 0 && Double.isFinite(tolerance), "the gradient tolerance", tolerance, "more than 0");
        this.c = c;
        this.weights = weights;
        this.balanced = balanced;
        this.standardized = standardized;
        this.tolerance = tolerance;
        this.newtonWidth = newtonWidth;
    }

    /**
     * Starts from a penalty, with equal class weights.
     *
     * @param c inverse strength of the penalty, more than 0
     * @return the regression
     */
    public static LogisticRegression withC(double c) {
        return new LogisticRegression(c, ClassWeights.EQUAL, false, false, 1e-8, NEWTON_WIDTH);
    }

    /** Returns the same regression with another penalty. */
    private LogisticRegression c(double other) {
        return new LogisticRegression(other, weights, balanced, standardized, tolerance, newtonWidth);
    }

    /**
     * Weights the classes by {@code n / (2 n_class)} of the fitted data.
     *
     * @return the regression
     */
    public LogisticRegression balanced() {
        return new LogisticRegression(c, weights, true, standardized, tolerance, newtonWidth);
    }

    /**
     * Weights the classes.
     *
     * @param factors of the losses of both classes
     * @return the regression
     */
    public LogisticRegression classWeights(ClassWeights factors) {
        return new LogisticRegression(c, factors, false, standardized, tolerance, newtonWidth);
    }

    /**
     * Penalises the weights of columns with variance 1 instead of the columns as they are, so that the penalty does not depend on units.
     *
     * @return the regression
     */
    public LogisticRegression standardized() {
        return new LogisticRegression(c, weights, balanced, true, tolerance, newtonWidth);
    }

    /**
     * Sets the gradient norm at which the solver stops.
     *
     * @param norm largest absolute entry, more than 0
     * @return the regression
     */
    public LogisticRegression tolerance(double norm) {
        return new LogisticRegression(c, weights, balanced, standardized, norm, newtonWidth);
    }

    /** Returns the same regression, solved by Newton's method only up to a number of columns. */
    LogisticRegression newtonWidth(int columns) {
        return new LogisticRegression(c, weights, balanced, standardized, tolerance, columns);
    }

    /**
     * Fits the probe.
     *
     * @param data rows of both classes
     * @return the probe and how far the solver converged
     * @throws InvalidInputException if all rows have the same label
     */
    public LogisticFit fit(ProbeData data) {
        data.requireBothClasses();
        StandardizedColumns columns = StandardizedColumns.of(data);
        ClassWeights factors = balanced ? ClassWeights.balanced(data) : weights;
        try (LogisticObjective objective = new LogisticObjective(columns, data, factors, c, standardized)) {
            Minimum minimum = data.width() <= newtonWidth
                    ? NewtonMethod.minimise(objective, tolerance)
                    : Lbfgs.minimise(objective, new double[data.width() + 1], tolerance);
            double[] solution = minimum.point();
            return new LogisticFit(
                    columns.original(Arrays.copyOf(solution, data.width()), solution[data.width()]),
                    c,
                    minimum.value(),
                    minimum.gradientNorm(),
                    minimum.iterations(),
                    minimum.gradientNorm() <= tolerance);
        }
    }

    /**
     * Selects C among ten values from 1e-4 to 1e4 with five folds, see {@link #crossValidated(ProbeData, double[], int, long)}.
     *
     * @param data rows of both classes
     * @param seed of the division into folds
     * @return the fit on all rows
     */
    public CrossValidatedFit crossValidated(ProbeData data, long seed) {
        double[] grid = new double[10];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = Math.pow(10, -4 + 8.0 * i / (grid.length - 1));
        }
        return crossValidated(data, grid, DEFAULT_FOLDS, seed);
    }

    /**
     * Selects C by the mean log loss of held-out folds, then fits all rows. Each fold has the same share of both classes, up to one row.
     *
     * @param data at least as many rows of each class as there are folds
     * @param grid values of C, at least one; the first of equally good values is selected
     * @param folds at least 2
     * @param seed of the division into folds
     * @return the fit on all rows
     * @throws InvalidInputException if a class has fewer rows than there are folds, or the grid is empty
     */
    public CrossValidatedFit crossValidated(ProbeData data, double[] grid, int folds, long seed) {
        InvalidInputException.require(grid.length > 0, "the grid of C is empty, expected at least one value");
        InvalidInputException.requireAtLeast(2, "the number of folds", folds);
        data.requireBothClasses();
        int smaller = Math.min(data.positives(), data.rows() - data.positives());
        InvalidInputException.require(
                smaller >= folds,
                () -> "the smaller class has " + smaller + " rows, expected at least " + folds
                        + ", the number of folds");
        int[] foldOf = folds(data, folds, seed);
        double[] losses = new double[grid.length];
        for (int fold = 0; fold < folds; fold++) {
            ProbeData training = data.rows(rowsOf(foldOf, fold, false));
            ProbeData heldOut = data.rows(rowsOf(foldOf, fold, true));
            for (int i = 0; i < grid.length; i++) {
                double[] scores = c(grid[i]).fit(training).probe().scores(heldOut);
                for (int row = 0; row < scores.length; row++) {
                    losses[i] +=
                            LogisticObjective.logLoss(heldOut.label(row) ? scores[row] : -scores[row]) / data.rows();
                }
            }
        }
        int best = 0;
        for (int i = 1; i < grid.length; i++) {
            best = losses[i] < losses[best] ? i : best;
        }
        return new CrossValidatedFit(c(grid[best]).fit(data), grid.clone(), losses);
    }

    /** Returns the fold of each row. */
    private static int[] folds(ProbeData data, int folds, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] foldOf = new int[data.rows()];
        for (boolean label : new boolean[] {false, true}) {
            int[] members = new int[data.rows()];
            int count = 0;
            for (int row = 0; row < data.rows(); row++) {
                if (data.label(row) == label) {
                    int place = random.nextInt(count + 1);
                    members[count] = members[place];
                    members[place] = row;
                    count++;
                }
            }
            for (int i = 0; i < count; i++) {
                foldOf[members[i]] = i % folds;
            }
        }
        return foldOf;
    }

    private static int[] rowsOf(int[] foldOf, int fold, boolean inside) {
        int[] rows = new int[foldOf.length];
        int count = 0;
        for (int row = 0; row < foldOf.length; row++) {
            if ((foldOf[row] == fold) == inside) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }
}
