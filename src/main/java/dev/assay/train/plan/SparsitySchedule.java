package dev.assay.train.plan;

import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.StepSpan;

/**
 * The schedule of the sparsity pressure at the start of a run.
 *
 * @param warmUp the span over which the coefficients of sparsity losses rise from 0: their factor at step t, counted from 0, is
 *     {@code min(t / length, 1)}, as in SAELens and dictionary_learning
 * @param k the annealing of k, for methods that have one
 */
public record SparsitySchedule(StepSpan warmUp, KAnnealing k) {
    /**
     * Returns the constant schedule.
     *
     * @return full coefficients and k from the first step
     */
    public static SparsitySchedule none() {
        return warmUp(StepSpan.NONE);
    }

    /**
     * Returns a warm-up of the coefficients.
     *
     * @param span such as {@code StepSpan.steps(2000)} or {@code StepSpan.share(0.05)}
     * @return the schedule
     */
    public static SparsitySchedule warmUp(StepSpan span) {
        return new SparsitySchedule(span, KAnnealing.none());
    }

    /**
     * Returns an annealing of k.
     *
     * @param annealing such as {@code KAnnealing.linear(512, StepSpan.share(0.1))}
     * @return the schedule
     */
    public static SparsitySchedule annealing(KAnnealing annealing) {
        return new SparsitySchedule(StepSpan.NONE, annealing);
    }

    /**
     * Returns the values at a step.
     *
     * @param step counted from 0
     * @param steps the length of the run
     * @return the position in the run
     */
    public ScheduleStep at(long step, long steps) {
        return new Position(step, steps, this);
    }

    private record Position(long step, long steps, SparsitySchedule schedule) implements ScheduleStep {
        @Override
        public double sparsity() {
            return schedule.warmUp().passed(step, steps);
        }

        @Override
        public double k(double k) {
            return schedule.k().k(k, step, steps);
        }
    }
}
