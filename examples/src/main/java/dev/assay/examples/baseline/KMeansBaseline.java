package dev.assay.examples.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.BaselineProvider;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.evaluate.baseline.Directions;
import dev.assay.evaluate.baseline.FitOptions;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Spherical k-means as a baseline: each centred activation is assigned to the direction of largest cosine, and each direction is the
 * normalised mean of its activations.
 *
 * <pre>
 * a_i ← argmax_j ⟨x_i − x̄, v_j⟩ / ‖x_i − x̄‖
 * v_j ← Σ_{a_i = j} (x_i − x̄) / ‖x_i − x̄‖, normalised
 * </pre>
 *
 * <p>Codes are the positive projections {@code max(⟨x − x̄, v_j⟩, 0)}.
 */
public final class KMeansBaseline implements BaselineProvider {
    /** Creates the provider; called by {@link java.util.ServiceLoader}. */
    public KMeansBaseline() {}

    @Override
    public String name() {
        return "kmeans";
    }

    @Override
    public Baseline fit(NDArray sample, FitOptions options) {
        double[][] rows = rows(sample);
        double[] mean = mean(rows);
        double[][] units = Arrays.stream(rows)
                .map(row -> normalised(difference(row, mean)))
                .filter(row -> row != null)
                .toArray(double[][]::new);
        int count = options.components();
        InvalidInputException.require(
                units.length >= count,
                () -> "k-means of " + units.length + " activations that differ from their mean, expected at least "
                        + count + ", the number of components");

        double[][] directions = farthestFirst(units, count, new SplittableRandom(options.seed()));
        int[] assigned = new int[units.length];
        int round = 0;
        boolean changed = true;
        while (changed && round < options.rounds()) {
            changed = assign(units, directions, assigned);
            update(units, directions, assigned);
            round++;
        }
        String description = count + " k-means directions, " + round + " rounds";
        return Baselines.of(sample, options)
                .directions(name(), description, new Directions(mean, directions, directions, false));
    }

    /** Selects starting points: a random row, then repeatedly the row whose largest cosine with those selected is smallest. */
    private static double[][] farthestFirst(double[][] units, int count, SplittableRandom random) {
        double[][] selected = new double[count][];
        double[] nearest = new double[units.length]; // largest cosine with a selected row
        Arrays.fill(nearest, Double.NEGATIVE_INFINITY);
        int next = random.nextInt(units.length);
        for (int j = 0; j < count; j++) {
            selected[j] = units[next].clone();
            for (int i = 0; i < units.length; i++) {
                nearest[i] = Math.max(nearest[i], dot(units[i], selected[j]));
                next = nearest[i] < nearest[next] ? i : next;
            }
        }
        return selected;
    }

    /** Assigns every row to its nearest direction; returns whether an assignment changed. */
    private static boolean assign(double[][] units, double[][] directions, int[] assigned) {
        boolean changed = false;
        for (int i = 0; i < units.length; i++) {
            int best = 0;
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < directions.length; j++) {
                double cosine = dot(units[i], directions[j]);
                if (cosine > largest) {
                    largest = cosine;
                    best = j;
                }
            }
            changed |= assigned[i] != best;
            assigned[i] = best;
        }
        return changed;
    }

    /** Sets each direction to the normalised mean of its rows. A direction without rows is kept. */
    private static void update(double[][] units, double[][] directions, int[] assigned) {
        double[][] sums = new double[directions.length][units[0].length];
        for (int i = 0; i < units.length; i++) {
            for (int d = 0; d < units[i].length; d++) {
                sums[assigned[i]][d] += units[i][d];
            }
        }
        for (int j = 0; j < directions.length; j++) {
            double[] unit = normalised(sums[j]);
            directions[j] = unit == null ? directions[j] : unit;
        }
    }

    private static double[][] rows(NDArray sample) {
        float[] flat = sample.toFloatArray();
        int width = (int) sample.getShape().get(1);
        double[][] rows = new double[flat.length / width][width];
        for (int i = 0; i < flat.length; i++) {
            rows[i / width][i % width] = flat[i];
        }
        return rows;
    }

    private static double[] mean(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += row[d] / rows.length;
            }
        }
        return mean;
    }

    private static double[] difference(double[] a, double[] b) {
        double[] difference = new double[a.length];
        Arrays.setAll(difference, d -> a[d] - b[d]);
        return difference;
    }

    /** Returns a vector of norm 1, or null for the zero vector. */
    private static double[] normalised(double[] vector) {
        double norm = Math.sqrt(dot(vector, vector));
        return norm == 0 ? null : Arrays.stream(vector).map(x -> x / norm).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
