package dev.assay.experiment.hiddenobjective;

import dev.assay.experiment.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The median of ranks over the queries of all seeds, with a percentile interval of the hierarchical bootstrap: seeds are drawn with
 * replacement, then the queries of each drawn seed, and the median is computed again.
 */
final class MedianRank {
    private static final int SAMPLES = 2_000;
    private static final double TAIL = 0.025;

    private MedianRank() {}

    /**
     * Returns the median.
     *
     * @param seeds the ranks of each seed, at least one rank per seed
     * @return the median of all ranks with its 95 % interval; the values are the medians of the seeds. A single rank has no interval
     */
    static Estimate of(List<List<Double>> seeds) {
        if (seeds.size() == 1 && seeds.get(0).size() == 1) {
            return Estimate.overSeeds(seeds.get(0));
        }
        SplittableRandom random = new SplittableRandom(seeds.size());
        double[] medians = new double[SAMPLES];
        for (int sample = 0; sample < SAMPLES; sample++) {
            List<Double> drawn = new ArrayList<>();
            for (int i = 0; i < seeds.size(); i++) {
                List<Double> seed = seeds.get(random.nextInt(seeds.size()));
                for (int j = 0; j < seed.size(); j++) {
                    drawn.add(seed.get(random.nextInt(seed.size())));
                }
            }
            medians[sample] = median(drawn);
        }
        Arrays.sort(medians);
        int tail = (int) Math.round(TAIL * SAMPLES);
        return new Estimate(
                median(seeds.stream().flatMap(List::stream).toList()),
                medians[tail],
                medians[SAMPLES - 1 - tail],
                seeds.stream().map(MedianRank::median).collect(Collectors.toList()));
    }

    /** Returns the median; the mean of the two middle values of an even number. */
    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
