package dev.assay.train;

/**
 * A place in a run.
 *
 * @param step counted from 0
 * @param steps of the whole run
 * @param schedule of what makes codes sparse
 */
record Moment(long step, long steps, SparsitySchedule schedule) {
    /** The factor of the coefficients of sparsity losses at this step. */
    double sparsity() {
        return schedule.warmUp().passed(step, steps);
    }

    /** The active latents a row at this step, of a method that asks for k in the end. */
    double k(double k) {
        return schedule.k().k(k, step, steps);
    }
}
