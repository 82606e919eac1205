package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Which state of a run is the best: the one whose metric is the largest, or the smallest.
 *
 * @param metric its name in the metrics of the run, such as {@code metrics/explained_variance}
 * @param goal what is good
 */
public record BestCheckpoint(String metric, Goal goal) {
    /** Which values of a metric are good. */
    public enum Goal {
        /** Large ones. */
        MAX,
        /** Small ones. */
        MIN
    }

    /** Checks that nothing is missing. */
    public BestCheckpoint {
        Objects.requireNonNull(metric);
        Objects.requireNonNull(goal);
    }

    /**
     * Reads a metric and a goal with a colon between them.
     *
     * @param text such as {@code losses/mse_loss:min}
     * @return metric and goal
     * @throws InvalidInputException when there is no goal, or another one
     */
    public static BestCheckpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        String goal = text.substring(colon + 1).toUpperCase(Locale.ROOT);
        if (colon < 1 || !(goal.equals("MAX") || goal.equals("MIN"))) {
            throw new InvalidInputException("the best state is by \"" + text
                    + "\", expected a metric and max or min, such as metrics/explained_variance:max");
        }
        return new BestCheckpoint(text.substring(0, colon), Goal.valueOf(goal));
    }

    /** Picks the metric; an error in one sentence when there is none of that name. */
    public double valueOf(Map<String, ? extends Number> metrics) {
        Number value = metrics.get(metric);
        if (value == null) {
            throw new InvalidInputException("the best state is by the metric \"" + metric + "\", expected one of "
                    + String.join(", ", metrics.keySet()));
        }
        return value.doubleValue();
    }

    /** Whether a value is better than another; NaN is worse than any number, and equal values are not better. */
    public boolean isBetter(double value, double than) {
        if (Double.isNaN(value) || Double.isNaN(than)) {
            return !Double.isNaN(value);
        }
        return goal == Goal.MAX ? value > than : value < than;
    }
}
