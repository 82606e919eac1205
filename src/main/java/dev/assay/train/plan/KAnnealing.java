package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;

/**
 * Decreases k during the run, so that fewer latents die early. With a span of n steps, step t counted from 0 has
 *
 * <pre>
 * k_t = ⌊from · (1 − t/n) + k · t/n⌋  while t &lt; n, then k
 * </pre>
 *
 * <p>dictionary_learning sets k after a step for the next one: it uses k itself at step 0 and {@code k_(t−1)} afterwards, with d_in as
 * {@code from}. {@link Timing#AFTER_STEP} reproduces that.
 *
 * @param from the first k, 0 for no annealing
 * @param over n
 * @param timing when k changes
 */
public record KAnnealing(double from, StepSpan over, Timing timing) {
    /** When k changes, see {@link KAnnealing}. */
    public enum Timing {
        /** Before a step, for that step. */
        BEFORE_STEP,
        /** After a step, for the next one, as in dictionary_learning. */
        AFTER_STEP
    }

    /** Checks the range. */
    public KAnnealing {
        if (!(from >= 0 && Double.isFinite(from))) {
            throw new InvalidInputException("k anneals from " + from + ", expected a number of latents");
        }
    }

    /**
     * Returns no annealing.
     *
     * @return k at every step
     */
    public static KAnnealing none() {
        return new KAnnealing(0, StepSpan.NONE, Timing.BEFORE_STEP);
    }

    /**
     * Returns a linear annealing.
     *
     * @param from the first k
     * @param over the span until k reaches the value of the method
     * @return the annealing
     */
    public static KAnnealing linear(double from, StepSpan over) {
        return new KAnnealing(from, over, Timing.BEFORE_STEP);
    }

    /** Returns k at a step. */
    public double k(double k, long step, long steps) {
        long at = timing == Timing.BEFORE_STEP ? step : step - 1;
        if (from == 0 || at < 0 || at >= over.of(steps)) {
            return k;
        }
        double passed = over.passed(at, steps);
        return Math.floor(from * (1 - passed) + k * passed);
    }

    /** Fails unless a method with this many active latents a row, 0 for one that does not fix them, can be annealed so. */
    void check(TrainingMethod method, int dSae) {
        if (from == 0) {
            return;
        }
        double k = method.activeLatents();
        if (k == 0) {
            throw new InvalidInputException("k anneals from " + from + ", but " + method.id() + " has no k");
        }
        if (from < k || from > dSae) {
            throw new InvalidInputException("k anneals from " + from + ", expected at least k, which is " + k
                    + ", and at most d_sae, which is " + dSae);
        }
    }
}
