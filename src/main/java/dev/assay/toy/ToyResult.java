package dev.assay.toy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The measurements of a member of a {@link ToyExperiment}.
 *
 * @param member the dictionary
 * @param seeds the figures of each seed, in order
 */
public record ToyResult(ToyMember member, List<Map<ToyFigure, Double>> seeds) {
    /** Copies the list. */
    public ToyResult {
        seeds = List.copyOf(seeds);
    }

    /**
     * Returns the mean over seeds.
     *
     * @param figure the measurement
     * @return the mean
     */
    public double mean(ToyFigure figure) {
        return Arrays.stream(values(figure)).average().orElseThrow();
    }

    /**
     * Returns the standard deviation over seeds.
     *
     * @param figure the measurement
     * @return the sample standard deviation (n − 1 in the denominator); 0 for one seed
     */
    public double spread(ToyFigure figure) {
        double[] values = values(figure);
        double mean = mean(figure);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return values.length == 1 ? 0 : Math.sqrt(squares / (values.length - 1));
    }

    private double[] values(ToyFigure figure) {
        return seeds.stream().mapToDouble(seed -> seed.get(figure)).toArray();
    }
}
