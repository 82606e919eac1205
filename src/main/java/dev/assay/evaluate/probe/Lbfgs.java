package dev.assay.evaluate.probe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** L-BFGS (Nocedal and Wright, algorithm 7.5) with a line search for the weak Wolfe conditions by bisection. */
final class Lbfgs {
    private static final int MEMORY = 20;
    private static final int MOST_STEPS = 3_000;
    private static final int MOST_TRIALS = 60;

    private Lbfgs() {}

    /** A step s and the change y of the gradient. */
    private record Correction(double[] step, double[] change, double product) {}

    static Minimum minimise(SmoothFunction function, double[] start, double tolerance) {
        double[] point = start.clone();
        double[] gradient = new double[point.length];
        double value = function.valueAndGradient(point, gradient);
        Deque<Correction> memory = new ArrayDeque<>();
        int step = 0;
        while (step < MOST_STEPS && SmoothFunction.largest(gradient) > tolerance) {
            double[] direction = direction(memory, gradient);
            double first = memory.isEmpty() ? 1 / Math.max(1, Math.sqrt(SmoothFunction.dot(gradient, gradient))) : 1;
            double[] next = new double[point.length];
            double[] nextGradient = new double[point.length];
            double nextValue = search(function, point, value, gradient, direction, first, next, nextGradient);
            if (Double.isNaN(nextValue)) {
                break;
            }
            double[] moved = difference(next, point);
            double[] change = difference(nextGradient, gradient);
            double product = SmoothFunction.dot(moved, change);
            if (product > 0) {
                memory.addLast(new Correction(moved, change, product));
                if (memory.size() > MEMORY) {
                    memory.removeFirst();
                }
            }
            point = next;
            gradient = nextGradient;
            value = nextValue;
            step++;
        }
        return new Minimum(point, value, SmoothFunction.largest(gradient), step);
    }

    private static double[] difference(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    private static double[] direction(Deque<Correction> memory, double[] gradient) {
        double[] direction = new double[gradient.length];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = -gradient[i];
        }
        double[] factors = new double[memory.size()];
        int place = 0;
        for (Iterator<Correction> newest = memory.descendingIterator(); newest.hasNext(); place++) {
            Correction correction = newest.next();
            factors[place] = SmoothFunction.dot(correction.step, direction) / correction.product;
            add(direction, -factors[place], correction.change);
        }
        if (!memory.isEmpty()) {
            Correction last = memory.getLast();
            double scale = last.product / SmoothFunction.dot(last.change, last.change);
            for (int i = 0; i < direction.length; i++) {
                direction[i] *= scale;
            }
        }
        for (Correction correction : memory) {
            place--;
            double factor = SmoothFunction.dot(correction.change, direction) / correction.product;
            add(direction, factors[place] - factor, correction.step);
        }
        return direction;
    }

    private static void add(double[] sum, double factor, double[] vector) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * vector[i];
        }
    }

    /** Writes the next point and its gradient and returns its value; NaN if rounding leaves no better point. */
    private static double search(
            SmoothFunction function,
            double[] point,
            double value,
            double[] gradient,
            double[] direction,
            double first,
            double[] next,
            double[] nextGradient) {
        double slope = SmoothFunction.dot(direction, gradient);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double length = first;
        for (int trial = 0; trial < MOST_TRIALS; trial++) {
            for (int i = 0; i < point.length; i++) {
                next[i] = point[i] + length * direction[i];
            }
            double nextValue = function.valueAndGradient(next, nextGradient);
            boolean shrinks = SmoothFunction.largest(nextGradient) < SmoothFunction.largest(gradient)
                    && nextValue <= value + 1e-14 * Math.abs(value);
            if (!(nextValue <= value + 1e-4 * length * slope) && !shrinks) {
                high = length;
            } else if (SmoothFunction.dot(direction, nextGradient) < 0.9 * slope) {
                low = length;
            } else {
                return nextValue;
            }
            length = Double.isInfinite(high) ? 2 * low : (low + high) / 2;
        }
        return Double.NaN;
    }
}
