package dev.assay.train.internal.step;

import dev.assay.train.plan.SparsitySchedule;

/**
 * A place in a run.
 *
 * @param step counted from 0
 * @param steps of the whole run
 * @param schedule of what makes codes sparse
 */
public record ScheduleStep(long step, long steps, SparsitySchedule schedule) {
    /** The factor of the coefficients of sparsity losses at this step. */
    public double sparsity() {
        return schedule.warmUp().passed(step, steps);
    }

    /** The active latents a row at this step, of a method that asks for k in the end. */
    double k(double k) {
        return schedule.k().k(k, step, steps);
    }
}
