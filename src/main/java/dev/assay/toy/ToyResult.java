package dev.assay.toy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What became of a member of {@link ToyExperiment}.
 *
 * @param member what was trained
 * @param seeds what was measured, a map for each seed, in their order
 */
public record ToyResult(ToyMember member, List<Map<ToyFigure, Double>> seeds) {
    /** Copies the list. */
    public ToyResult {
        seeds = List.copyOf(seeds);
    }

    /**
     * Returns the mean over seeds.
     *
     * @param figure of what
     * @return the mean
     */
    public double mean(ToyFigure figure) {
        return Arrays.stream(values(figure)).average().orElseThrow();
    }

    /**
     * Returns the spread over seeds.
     *
     * @param figure of what
     * @return the standard deviation, with one less than the number of seeds in its denominator; 0 for one seed
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
