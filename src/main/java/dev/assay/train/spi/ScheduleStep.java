package dev.assay.train.spi;

/** The position of a step in its run, with the values that schedules have there. */
public interface ScheduleStep {
    /**
     * Returns the index of the step.
     *
     * @return counted from 0
     */
    long step();

    /**
     * Returns the length of the run.
     *
     * @return the number of steps
     */
    long steps();

    /**
     * Returns the factor of the coefficients of sparsity losses.
     *
     * @return between 0 and 1; below 1 during the warm-up
     */
    double sparsity();

    /**
     * Returns the number of active latents per row.
     *
     * @param k the number at the end of the run
     * @return k, or more while it is annealed
     */
    double k(double k);
}
