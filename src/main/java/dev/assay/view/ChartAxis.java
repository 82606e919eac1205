package dev.assay.view;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A logarithmic axis in equal bins, from one round number to another.
 *
 * @param low the decimal logarithm of the lower end
 * @param high that of the upper end
 * @param bins the number of bins
 */
public record ChartAxis(double low, double high, int bins) {
    private static final double[] ROUND = {1, 2, 5};

    /** A mark on an axis: its place as a share of the axis, and what stands there. */
    public record Tick(double place, String text) {}

    /** An axis over all values above 0, or over one decade around 1 where there are none. */
    public static ChartAxis over(double[] values, int bins) {
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (double value : values) {
            if (value > 0) {
                smallest = Math.min(smallest, value);
                largest = Math.max(largest, value);
            }
        }
        if (largest == 0) {
            return new ChartAxis(0, 1, bins);
        }
        double low = roundedDown(Math.log10(smallest));
        double high = -roundedDown(-Math.log10(largest));
        return new ChartAxis(low, high > low ? high : low + 1, bins);
    }

    /** An axis of shares: whole decades up to 1, at least three, ten bins each. */
    public static ChartAxis ofShares(double[] shares) {
        int low = -3;
        for (double share : shares) {
            if (share > 0) {
                low = Math.min(low, (int) Math.floor(Math.log10(share)));
            }
        }
        return new ChartAxis(low, 0, -low * 10);
    }

    /** The bin of a value above 0; values outside belong to the outermost bins. */
    public int bin(double value) {
        int bin = (int) Math.floor((Math.log10(value) - low) / (high - low) * bins);
        return Math.max(0, Math.min(bins - 1, bin));
    }

    /** The number of values above 0 in each bin. */
    public int[] counts(double[] values) {
        int[] counts = new int[bins];
        for (double value : values) {
            if (value > 0) {
                counts[bin(value)]++;
            }
        }
        return counts;
    }

    /** The lower edge of a bin. */
    public double edge(int bin) {
        return Math.pow(10, low + bin * (high - low) / bins);
    }

    /** Marks at the decades, and at 2 and 5 where there are few of them. */
    public List<Tick> ticks(DoubleFunction<String> text) {
        List<Tick> ticks = new ArrayList<>();
        double[] steps = high - low > 2.4 ? new double[] {1} : ROUND;
        for (int decade = (int) Math.floor(low); decade <= Math.ceil(high); decade++) {
            for (double step : steps) {
                double place = (decade + Math.log10(step) - low) / (high - low);
                if (place > -1e-9 && place < 1 + 1e-9) {
                    ticks.add(new Tick(place, text.apply(step * Math.pow(10, decade))));
                }
            }
        }
        return ticks;
    }

    /** {@return the tick marks} */
    public List<Tick> ticks() {
        return ticks(Html::rounded);
    }

    /** The largest logarithm of 1, 2 or 5 times a power of ten that is not above; the set is its own mirror image. */
    private static double roundedDown(double logarithm) {
        double decade = Math.floor(logarithm);
        double best = decade;
        for (double step : ROUND) {
            if (decade + Math.log10(step) <= logarithm + 1e-9) {
                best = decade + Math.log10(step);
            }
        }
        return best;
    }
}
