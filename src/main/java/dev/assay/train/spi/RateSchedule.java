package dev.assay.train.spi;

import dev.assay.InvalidInputException;
import java.util.Locale;

/**
 * How the learning rate changes during a run. With warm-up of w steps and decay over the last d of n steps, the rate of step t,
 * counted from 0, is its peak times {@code min(rise, fall)}:
 *
 * <pre>
 * rise = min((t + 1) / w, 1)                       {@link Start#FIRST_FRACTION}, as in SAELens
 *        min(t / w, 1)                             {@link Start#ZERO}, as in dictionary_learning
 * u    = max(t − (n − d), 0) / d                   the share of the decay that has passed
 * fall = floor + (1 − floor) · (1 − u)             {@link Decay#LINEAR}
 *        floor + (1 − floor) · (1 + cos πu) / 2    {@link Decay#COSINE}
 * </pre>
 *
 * <p>Both libraries decay linearly by {@code (n − t) / d}. A start at 0 spends the first batch on Adam's moments alone.
 *
 * @param warmUp w
 * @param start the rate of the first step
 * @param decay the shape of the decay
 * @param falling d
 * @param floor the share of the peak that the decay leads to
 */
public record RateSchedule(StepSpan warmUp, Start start, Decay decay, StepSpan falling, double floor) {
    /** The rate of the first step of a warm-up, see {@link RateSchedule}. */
    public enum Start {
        /** One part of the warm-up: no step is without effect. */
        FIRST_FRACTION,
        /** Zero. */
        ZERO
    }

    /** The shape of a decay, see {@link RateSchedule}. */
    public enum Decay {
        /** A straight line. */
        LINEAR,
        /** Half a cosine. */
        COSINE
    }

    /** Checks the range. */
    public RateSchedule {
        if (!(floor >= 0 && floor <= 1)) {
            throw new InvalidInputException("the rate's floor is " + floor + ", expected a share between 0 and 1");
        }
    }

    /**
     * Returns the schedule that stays at the peak.
     *
     * @return neither warm-up nor decay
     */
    public static RateSchedule constant() {
        return linear(StepSpan.NONE, StepSpan.NONE);
    }

    /**
     * Returns a linear warm-up and a linear decay to 0.
     *
     * @param warmUp at the start
     * @param falling at the end
     * @return the schedule
     */
    public static RateSchedule linear(StepSpan warmUp, StepSpan falling) {
        return new RateSchedule(warmUp, Start.FIRST_FRACTION, Decay.LINEAR, falling, 0);
    }

    /**
     * Returns a linear warm-up and a decay along half a cosine to 0.
     *
     * @param warmUp at the start
     * @param falling at the end
     * @return the schedule
     */
    public static RateSchedule cosine(StepSpan warmUp, StepSpan falling) {
        return new RateSchedule(warmUp, Start.FIRST_FRACTION, Decay.COSINE, falling, 0);
    }

    /**
     * Returns the schedule of dictionary_learning's trainers: the warm-up starts at 0.
     *
     * @param warmUpSteps its {@code warmup_steps}
     * @param decayStart its {@code decay_start}; the number of all steps for no decay
     * @param steps of the whole run
     * @return the schedule
     */
    public static RateSchedule dictionaryLearning(long warmUpSteps, long decayStart, long steps) {
        StepSpan falling = StepSpan.steps(steps - decayStart);
        return new RateSchedule(StepSpan.steps(warmUpSteps), Start.ZERO, Decay.LINEAR, falling, 0);
    }

    /**
     * Returns the factor of the peak rate at a step.
     *
     * @param step from 0
     * @param steps of the whole run
     * @return between 0 and 1
     */
    public double factor(long step, long steps) {
        double rise = warmUp.passed(start == Start.ZERO ? step : step + 1, steps);
        double length = falling.of(steps);
        double left = length == 0 ? 1 : Math.min((steps - step) / length, 1); // 1 − u
        double shape = decay == Decay.LINEAR ? left : (1 - Math.cos(Math.PI * left)) / 2;
        return Math.min(rise, floor + (1 - floor) * shape);
    }

    /**
     * Checks that warm-up and decay fit into a run.
     *
     * @param steps the length of the run
     * @throws InvalidInputException if they are longer than the run
     */
    public void check(long steps) {
        double rising = warmUp.of(steps);
        if (rising + falling.of(steps) > steps) {
            throw new InvalidInputException(String.format(
                    Locale.ROOT,
                    "the learning rate rises over %.0f steps and falls over %.0f, expected at most the run's %d together",
                    rising,
                    falling.of(steps),
                    steps));
        }
    }
}
