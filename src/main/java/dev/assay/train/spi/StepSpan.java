package dev.assay.train.spi;

import dev.assay.InvalidInputException;

/**
 * A stretch of a run, given in steps or as a share of all steps.
 *
 * @param amount how many steps, or which share of them
 * @param unit which of the two
 */
public record StepSpan(double amount, Unit unit) {
    /** No steps at all. */
    public static final StepSpan NONE = new StepSpan(0, Unit.STEPS);

    /** What the amount counts. */
    public enum Unit {
        /** Steps. */
        STEPS,
        /** A share of all steps, between 0 and 1. */
        SHARE
    }

    /** Checks the range. */
    public StepSpan {
        if (unit == Unit.STEPS && !(amount >= 0 && Double.isFinite(amount))) {
            throw new InvalidInputException("a span is " + amount + " steps, expected 0 or more");
        }
        if (unit == Unit.SHARE && !(amount >= 0 && amount <= 1)) {
            throw new InvalidInputException("a span is " + amount + " of the run, expected a share between 0 and 1");
        }
    }

    /**
     * Returns a stretch of some steps.
     *
     * @param steps at least 0
     * @return the span
     */
    public static StepSpan steps(long steps) {
        return new StepSpan(steps, Unit.STEPS);
    }

    /**
     * Returns a share of the run.
     *
     * @param share between 0 and 1
     * @return the span
     */
    public static StepSpan share(double share) {
        return new StepSpan(share, Unit.SHARE);
    }

    /**
     * Returns the length of this span.
     *
     * @param all steps of the run
     * @return steps, not always whole
     */
    public double of(long all) {
        return unit == Unit.STEPS ? amount : amount * all;
    }

    /**
     * Returns the completed share of this span.
     *
     * @param step the position in the run
     * @param all the steps of the run
     * @return {@code min(step / length, 1)}, or 1 if the length is 0
     */
    public double passed(double step, long all) {
        double length = of(all);
        return length == 0 ? 1 : Math.min(step / length, 1);
    }
}
