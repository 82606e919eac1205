package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Defines the best state of a run: the one with the largest or smallest value of a metric.
 *
 * @param metric its name in the metrics of the run, such as {@code metrics/explained_variance}
 * @param goal whether large or small values are good
 */
public record BestCheckpoint(String metric, Goal goal) {
    /** Direction of a metric. */
    public enum Goal {
        /** Large values are good. */
        MAX,
        /** Small values are good. */
        MIN
    }

    /** Checks that both are set. */
    public BestCheckpoint {
        Objects.requireNonNull(metric);
        Objects.requireNonNull(goal);
    }

    /**
     * Parses a metric and a goal, separated by a colon.
     *
     * @param text such as {@code losses/mse_loss:min}
     * @return metric and goal
     * @throws InvalidInputException when the goal is missing or unknown
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

    /** Returns the value of the metric; throws {@link InvalidInputException} when there is none of that name. */
    public double valueOf(Map<String, ? extends Number> metrics) {
        Number value = metrics.get(metric);
        if (value == null) {
            throw new InvalidInputException("the best state is by the metric \"" + metric + "\", expected one of "
                    + String.join(", ", metrics.keySet()));
        }
        return value.doubleValue();
    }

    /** Returns whether a value is better than another. NaN is worse than any number; equal values are not better. */
    public boolean isBetter(double value, double than) {
        if (Double.isNaN(value) || Double.isNaN(than)) {
            return !Double.isNaN(value);
        }
        return goal == Goal.MAX ? value > than : value < than;
    }
}
