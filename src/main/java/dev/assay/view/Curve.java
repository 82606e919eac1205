package dev.assay.view;

import java.util.ArrayList;
import java.util.List;

/**
 * A number of a run over its steps, kept as at most {@value #MOST_POINTS} points, however long the run. Once there are more, neighbours
 * are merged two by two, so that all points stand for equally many numbers but the last.
 */
public final class Curve {
    static final int MOST_POINTS = 500;

    private final List<Point> points = new ArrayList<>();
    private int numbersPerPoint = 1;
    private double last = Double.NaN;

    /**
     * What became of some consecutive numbers.
     *
     * @param firstStep the step of the first of them
     * @param lastStep the step of the last of them
     * @param count how many they are
     * @param mean of them
     * @param variance of them, 0 for a single one
     */
    public record Point(long firstStep, long lastStep, int count, double mean, double variance) {
        /** The step in the middle. */
        public double step() {
            return (firstStep + lastStep) / 2.0;
        }

        /** The variance of both together is the mean of theirs and, of how far their means lie apart, the share n·m / (n + m)². */
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
     * @param step larger than any before it
     * @param value has no point when it is NaN or infinite
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

    /** The points in the order of their steps. */
    public List<Point> points() {
        return List.copyOf(points);
    }

    /** The last number as it came, NaN before the first. */
    public double last() {
        return last;
    }
}
