package dev.assay.view;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts numbers on a line, linearly or by their logarithm.
 *
 * @param low the number at the line's start
 * @param high the number at its end, larger
 * @param logarithmic whether equal distances are equal ratios; then both are positive
 */
record Axis(double low, double high, boolean logarithmic) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};

    /** An axis for numbers from low to high, which may be equal, with round numbers at both ends. */
    static Axis linear(double low, double high, int intervals) {
        double span = high > low ? high - low : high == 0 ? 1 : Math.abs(high) / 2;
        double step = roundStep(span / intervals);
        double start = Math.floor(low / step + 1e-9) * step;
        double end = Math.ceil(high / step - 1e-9) * step;
        return new Axis(start, end > start ? end : start + step, false);
    }

    /** An axis for positive numbers from low to high, which may be equal. */
    static Axis logarithmic(double low, double high) {
        return new Axis(low / 1.15, high * 1.15, true);
    }

    /** The place of a number: 0 at the start of the line, 1 at its end. */
    double place(double value) {
        return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** Round numbers for about so many intervals. */
    List<Double> ticks(int intervals) {
        List<Double> ticks = new ArrayList<>();
        if (!logarithmic) {
            double step = roundStep((high - low) / intervals);
            // Adding 0 makes -0 a plain 0.
            for (double i = Math.ceil(low / step - 1e-9) + 0.0; i * step <= high + 1e-9 * step; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
        double decades = Math.log10(high / low);
        int[] digits = decades > 3 ? new int[] {1} : new int[] {1, 2, 5};
        int every = (int) Math.max(1, Math.ceil(decades / (intervals + 1)));
        for (int decade = (int) Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
            for (int digit : digits) {
                double tick = digit * Math.pow(10, decade);
                if (tick >= low && tick <= high && Math.floorMod(decade, every) == 0) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below a length. */
    private static double roundStep(double length) {
        double power = Math.pow(10, Math.floor(Math.log10(length)));
        for (double round : ROUND) {
            if (round * power >= length * (1 - 1e-9)) {
                return round * power;
            }
        }
        return ROUND[ROUND.length - 1] * power;
    }
}
