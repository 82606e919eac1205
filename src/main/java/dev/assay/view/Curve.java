package dev.assay.view;

import java.util.ArrayList;
import java.util.List;

/**
 * A metric of a run over its steps, reduced to at most {@value #MOST_POINTS} points. When more are added, neighbours are merged in pairs,
 * so that all points except the last summarize equally many numbers.
 */
public final class Curve {
    static final int MOST_POINTS = 500;

    private final List<Point> points = new ArrayList<>();
    private int numbersPerPoint = 1;
    private double last = Double.NaN;

    /**
     * A summary of consecutive numbers.
     *
     * @param firstStep the step of the first number
     * @param lastStep the step of the last number
     * @param count the number of numbers
     * @param mean of the numbers
     * @param variance of the numbers, 0 for a single one
     */
    public record Point(long firstStep, long lastStep, int count, double mean, double variance) {
        /** {@return the step in the middle} */
        public double step() {
            return (firstStep + lastStep) / 2.0;
        }

        /** The variance of two merged groups of n and m numbers: the mean of theirs + n·m / (n + m)² · (difference of means)². */
        private Point with(Point next) {
            int both = count + next.count;
            double share = (double) next.count / both;
            double apart = next.mean - mean;
            return new Point(
                    firstStep,
                    next.lastStep,
                    both,
                    mean + share * apart,
                    (1 - share) * variance + share * next.variance + share * (1 - share) * apart * apart);
        }
    }

    /**
     * Adds a number.
     *
     * @param step larger than all steps before
     * @param value ignored in the points if it is NaN or infinite
     */
    public void add(long step, double value) {
        last = value;
        if (!Double.isFinite(value)) {
            return;
        }
        Point point = new Point(step, step, 1, value, 0);
        int end = points.size() - 1;
        if (end >= 0 && points.get(end).count() < numbersPerPoint) {
            points.set(end, points.get(end).with(point));
            return;
        }
        if (points.size() == MOST_POINTS) {
            mergeNeighbours();
        }
        points.add(point);
    }

    private void mergeNeighbours() {
        List<Point> merged = new ArrayList<>();
        for (int i = 0; i < MOST_POINTS; i += 2) {
            merged.add(points.get(i).with(points.get(i + 1)));
        }
        points.clear();
        points.addAll(merged);
        numbersPerPoint *= 2;
    }

    /** {@return the points in the order of their steps} */
    public List<Point> points() {
        return List.copyOf(points);
    }

    /** {@return the last number, NaN before the first} */
    public double last() {
        return last;
    }
}
