package dev.assay.experiment.autointerp;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Spearman's rank correlation: the Pearson correlation of ranks, with mean ranks for equal values. */
final class RankCorrelation {
    private RankCorrelation() {}

    /** Returns the correlation of two lists of equal length; NaN if one is constant or there are fewer than three pairs. */
    static double of(double[] x, double[] y) {
        if (x.length < 3) {
            return Double.NaN;
        }
        double[] first = ranks(x);
        double[] second = ranks(y);
        double mean = (x.length - 1) / 2.0;
        double product = 0;
        double squaresFirst = 0;
        double squaresSecond = 0;
        for (int i = 0; i < x.length; i++) {
            product += (first[i] - mean) * (second[i] - mean);
            squaresFirst += (first[i] - mean) * (first[i] - mean);
            squaresSecond += (second[i] - mean) * (second[i] - mean);
        }
        double norm = Math.sqrt(squaresFirst * squaresSecond);
        return norm == 0 ? Double.NaN : product / norm;
    }

    private static double[] ranks(double[] values) {
        List<Integer> order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .toList();
        double[] ranks = new double[values.length];
        for (int start = 0; start < values.length; ) {
            int end = start;
            while (end < values.length && values[order.get(end)] == values[order.get(start)]) {
                end++;
            }
            for (int i = start; i < end; i++) {
                ranks[order.get(i)] = (start + end - 1) / 2.0;
            }
            start = end;
        }
        return ranks;
    }
}
