package dev.assay.view;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A linear or logarithmic axis of a chart.
 *
 * @param low the number at the start
 * @param high the number at the end, larger than {@code low}
 * @param logarithmic whether equal distances are equal ratios; then both ends are positive
 */
public record Axis(double low, double high, boolean logarithmic) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};
    private static final int[] DIGITS = {1, 2, 5};
    /** Over more decades than this, only powers of ten are marked. */
    private static final double DECADES_WITH_DIGITS = 2.4;
    /** The fewest decades of an axis of shares. */
    private static final int DECADES_OF_SHARES = 3;
    /** Numbers that differ by a smaller share of their size count as equal: their labels would be the same. */
    private static final double SMALLEST_SPAN = 1e-9;

    private static final double TOLERANCE = 1e-9;

    /**
     * Creates a linear axis with round numbers at both ends.
     *
     * @param low the smallest number
     * @param high the largest number; may equal {@code low}
     * @param intervals the approximate number of intervals between ticks
     * @return the axis
     */
    public static Axis linear(double low, double high, int intervals) {
        double size = Math.max(Math.abs(low), Math.abs(high));
        boolean constant = !(high - low > SMALLEST_SPAN * size);
        double span = constant ? (size == 0 ? 1 : size / 2) : high - low;
        double step = roundStep(span / intervals);
        double start = Math.floor(low / step + TOLERANCE) * step;
        double end = Math.ceil(high / step - TOLERANCE) * step;
        return new Axis(start, end > start ? end : start + step, false);
    }

    /**
     * Creates a logarithmic axis with a margin at both ends.
     *
     * @param low the smallest number, positive
     * @param high the largest number; may equal {@code low}
     * @return the axis
     */
    public static Axis logarithmic(double low, double high) {
        return new Axis(low / 1.15, high * 1.15, true);
    }

    /**
     * Creates a logarithmic axis between 1, 2 or 5 times powers of ten.
     *
     * @param values any numbers; those that are not positive are ignored
     * @return the axis; from 1 to 10 if no value is positive
     */
    public static Axis roundLogarithmic(double[] values) {
        double smallest = Arrays.stream(values).filter(value -> value > 0).min().orElse(1);
        double largest = Arrays.stream(values).filter(value -> value > 0).max().orElse(10);
        double low = 0;
        double high = 0;
        // Rounding of the logarithm may miss the decade of the smallest value by one.
        for (int decade = (int) Math.floor(Math.log10(smallest)) - 1; high == 0; decade++) {
            for (int digit : DIGITS) {
                double round = digit * Math.pow(10, decade);
                low = round <= smallest * (1 + TOLERANCE) ? round : low;
                high = high == 0 && round >= largest * (1 - TOLERANCE) ? round : high;
            }
        }
        return new Axis(low, high > low ? high : 10 * low, true);
    }

    /**
     * Creates a logarithmic axis of shares from a power of ten, at most 0.001, to 1.
     *
     * @param shares numbers up to 1; zeros are ignored
     * @return the axis
     */
    public static Axis ofShares(double[] shares) {
        double smallest = Arrays.stream(shares).filter(share -> share > 0).min().orElse(1);
        int decades = Math.max(DECADES_OF_SHARES, -(int) Math.floor(Math.log10(smallest)));
        return new Axis(Math.pow(10, -decades), 1, true);
    }

    /** {@return the number of decades of a logarithmic axis} */
    public double decades() {
        return Math.log10(high) - Math.log10(low);
    }

    /**
     * Returns the position of a number.
     *
     * @param value any number, positive on a logarithmic axis
     * @return 0 at the start and 1 at the end
     */
    public double position(double value) {
        return logarithmic ? (Math.log10(value) - Math.log10(low)) / decades() : (value - low) / (high - low);
    }

    /**
     * Returns round numbers to mark.
     *
     * @param intervals the approximate number of intervals between them
     * @return at least one number, increasing
     */
    public List<Double> ticks(int intervals) {
        return logarithmic ? logarithmicTicks(intervals) : linearTicks(intervals);
    }

    private List<Double> linearTicks(int intervals) {
        List<Double> ticks = new ArrayList<>();
        double step = roundStep((high - low) / intervals);
        double first = Math.ceil(low / step - TOLERANCE);
        // Counting from the first tick ends even where adding 1 to it would not change it.
        for (int i = 0; i <= 2 * intervals; i++) {
            double tick = (first + i) * step;
            if (tick <= high + TOLERANCE * step) {
                ticks.add(tick + 0.0); // adding 0 turns −0 into 0
            }
        }
        return ticks;
    }

    private List<Double> logarithmicTicks(int intervals) {
        List<Double> ticks = new ArrayList<>();
        int[] digits = decades() > DECADES_WITH_DIGITS ? new int[] {1} : DIGITS;
        int every = (int) Math.max(1, Math.ceil(decades() / (intervals + 1)));
        for (int decade = (int) Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); decade++) {
            for (int digit : digits) {
                double tick = digit * Math.pow(10, decade);
                double position = position(tick);
                if (position > -TOLERANCE && position < 1 + TOLERANCE && Math.floorMod(decade, every) == 0) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /**
     * Returns round whole numbers to mark on an axis of counts.
     *
     * @param highest the largest count
     * @param most the largest number of ticks
     * @return multiples of 1, 2 or 5 times a power of ten, from the first above 0 up to the highest count
     */
    public static List<Double> countTicks(int highest, int most) {
        long step = 1;
        for (int i = 0; highest / step > most; i++) {
            step = new int[] {2, 5, 10}[i % 3] * (long) Math.pow(10, i / 3);
        }
        List<Double> ticks = new ArrayList<>();
        for (long tick = step; tick <= highest; tick += step) {
            ticks.add((double) tick);
        }
        return ticks;
    }

    /** {@return a short label of a tick, such as 20k for 20,000} */
    public static String label(double tick) {
        double size = Math.abs(tick);
        if (size != 0 && size < 1e-4) {
            return Svg.format("%.0e", tick).replace("e-0", "e-").replace('-', '−');
        }
        double unit = size >= 1e9 ? 1e9 : size >= 1e6 ? 1e6 : size >= 1e4 ? 1e3 : 1;
        String letter = unit == 1e9 ? "G" : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
        BigDecimal number =
                new BigDecimal(tick / unit).round(new MathContext(6)).stripTrailingZeros();
        return number.toPlainString().replace('-', '−') + letter;
    }

    /** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below a length. */
    private static double roundStep(double length) {
        double power = Math.pow(10, Math.floor(Math.log10(length)));
        for (double round : ROUND) {
            if (round * power >= length * (1 - TOLERANCE)) {
                return round * power;
            }
        }
        return ROUND[ROUND.length - 1] * power;
    }
}
