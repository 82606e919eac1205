package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.evaluate.Sources;
import java.util.Arrays;

/** A baseline from outside the project, registered by the services of the tests: the normalised mean, around 0. */
public final class MeanDirectionBaseline implements BaselineProvider {
    @Override
    public String name() {
        return "mean-direction";
    }

    @Override
    public Baseline fit(NDArray sample, FitOptions options) {
        double[] direction = mean(Sources.rows(sample));
        double norm = Math.sqrt(Arrays.stream(direction).map(x -> x * x).sum());
        double[][] unit = {Arrays.stream(direction).map(x -> x / norm).toArray()};
        String description = "the mean, seed " + options.seed() + ", " + options.latents() + " latents";
        return Baselines.of(sample, options)
                .directions(name(), description, new Directions(new double[direction.length], unit, unit, true));
    }

    static double[] mean(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.length;
            }
        }
        return mean;
    }
}
