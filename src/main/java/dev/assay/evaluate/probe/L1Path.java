package dev.assay.evaluate.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Logistic regressions with an L1 penalty {@code mean log loss + λ‖w‖₁} on standardised columns, for decreasing λ. Each is solved by
 * coordinate descent on a quadratic approximation of the loss (Friedman, Hastie and Tibshirani, 2010), on the columns that violate the
 * optimality conditions only.
 */
final class L1Path {
    private static final double RATIO = 0.93;
    private static final double SMALLEST = 1e-4; // of the first λ
    private static final int MOST_ROUNDS = 100;
    private static final double CHANGE = 1e-7;
    private static final double LEAST_CURVATURE = 1e-5;

    private final StandardizedColumns columns;
    private final double[] target; // 0 or 1
    private final double[] weights;
    private final double[] scores; // without the intercept
    private double intercept;

    /** Copies of the columns that have been active, by column. */
    private final Map<Integer, double[]> working = new LinkedHashMap<>();

    L1Path(ProbeData data) {
        columns = StandardizedColumns.of(data);
        target = new double[data.rows()];
        for (int i = 0; i < target.length; i++) {
            target[i] = data.label(i) ? 1 : 0;
        }
        weights = new double[data.width()];
        scores = new double[data.rows()];
        double positives = data.positives();
        intercept = Math.log(positives / (data.rows() - positives));
    }

    /** Returns the k columns that are active first, completed by the columns of largest gradient if fewer become active. */
    int[] firstActive(int k) {
        List<Integer> entered = new ArrayList<>();
        double first = SmoothFunction.largest(gradient());
        double penalty = first;
        while (entered.size() < k && first > 0 && penalty > SMALLEST * first) {
            penalty *= RATIO;
            solve(penalty);
            IntStream.range(0, weights.length)
                    .filter(column -> weights[column] != 0 && !entered.contains(column))
                    .boxed()
                    .sorted(Comparator.comparingDouble(column -> -Math.abs(weights[column])))
                    .forEach(entered::add);
        }
        double[] gradient = gradient();
        IntStream.range(0, weights.length)
                .filter(column -> !entered.contains(column))
                .boxed()
                .sorted(Comparator.comparingDouble(column -> -Math.abs(gradient[column])))
                .limit(Math.max(0, k - entered.size()))
                .forEach(entered::add);
        return entered.stream().limit(k).mapToInt(Integer::intValue).toArray();
    }

    /** Returns the weights for a penalty, starting from the current ones. */
    double[] solve(double penalty) {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double change = descend(penalty);
            boolean added = false;
            if (change < CHANGE) {
                double[] gradient = gradient();
                for (int j = 0; j < weights.length; j++) {
                    if (Math.abs(gradient[j]) > penalty * (1 + 1e-9) && !working.containsKey(j)) {
                        working.put(j, columns.column(j));
                        added = true;
                    }
                }
                if (!added) {
                    return weights.clone();
                }
            }
        }
        return weights.clone();
    }

    double intercept() {
        return intercept;
    }

    /** Returns the gradient of the mean log loss for each weight. */
    private double[] gradient() {
        double[] gradient = new double[weights.length];
        for (int i = 0; i < target.length; i++) {
            double residual = (LogisticObjective.sigmoid(scores[i] + intercept) - target[i]) / target.length;
            for (int j = 0; j < gradient.length; j++) {
                gradient[j] += residual * columns.values()[i * gradient.length + j];
            }
        }
        return gradient;
    }

    /** Approximates the loss at the current weights, minimises over the working columns, and returns the largest change of a weight. */
    private double descend(double penalty) {
        int rows = target.length;
        double[] curvature = new double[rows];
        double[] residual = new double[rows]; // working response minus score, times curvature
        double totalCurvature = 0;
        for (int i = 0; i < rows; i++) {
            double probability = LogisticObjective.sigmoid(scores[i] + intercept);
            curvature[i] = Math.max(LEAST_CURVATURE, probability * (1 - probability)) / rows;
            residual[i] = (target[i] - probability) / rows;
            totalCurvature += curvature[i];
        }
        double[] before = weights.clone();
        double interceptBefore = intercept;
        for (int pass = 0; pass < MOST_ROUNDS; pass++) {
            double largest = 0;
            double shift = Arrays.stream(residual).sum() / totalCurvature;
            intercept += shift;
            for (int i = 0; i < rows; i++) {
                residual[i] -= curvature[i] * shift;
            }
            for (Map.Entry<Integer, double[]> entry : working.entrySet()) {
                double[] x = entry.getValue();
                double slope = 0;
                double square = 0;
                for (int i = 0; i < rows; i++) {
                    slope += residual[i] * x[i];
                    square += curvature[i] * x[i] * x[i];
                }
                double old = weights[entry.getKey()];
                double updated = shrunk(slope + square * old, penalty) / square;
                double step = updated - old;
                if (step != 0) {
                    weights[entry.getKey()] = updated;
                    for (int i = 0; i < rows; i++) {
                        residual[i] -= curvature[i] * step * x[i];
                        scores[i] += step * x[i];
                    }
                    largest = Math.max(largest, Math.abs(step));
                }
            }
            if (largest < CHANGE / 10) {
                break;
            }
        }
        double change = Math.abs(intercept - interceptBefore);
        for (int j = 0; j < before.length; j++) {
            change = Math.max(change, Math.abs(weights[j] - before[j]));
        }
        return change;
    }

    private static double shrunk(double value, double by) {
        return Math.signum(value) * Math.max(0, Math.abs(value) - by);
    }
}
