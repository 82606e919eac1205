package dev.assay.bench;

import dev.assay.InvalidInputException;

/**
 * The time of a job of independent tasks on a cluster, on paper:
 *
 * <pre>
 * seconds(n) = start + work / n · (1 + σ · √(2 · ln n) / √m) + tasks · perTask + finish
 * tasks      = n · m
 * </pre>
 *
 * <p>with n slots, each with m tasks. The term with σ is the expected delay of the slowest slot if the times of tasks are independent with a
 * relative standard deviation σ. Starting tasks and reading their results is serial work of the driver.
 *
 * @param workSeconds time of all tasks on one slot
 * @param startSeconds time before the first task: executors, native libraries, the model
 * @param finishSeconds serial work after the last task: manifest, summary
 * @param perTaskSeconds serial work of the driver per task
 * @param tasksPerSlot m
 * @param deviation σ
 */
public record ClusterCost(
        double workSeconds,
        double startSeconds,
        double finishSeconds,
        double perTaskSeconds,
        int tasksPerSlot,
        double deviation) {
    /** Checks the ranges. */
    public ClusterCost {
        InvalidInputException.requireAtLeast(1, "tasks per slot", tasksPerSlot);
        InvalidInputException.require(workSeconds > 0, "seconds of work", workSeconds, "a positive number");
        InvalidInputException.require(deviation >= 0, "relative deviation", deviation, "0 or more");
    }

    /**
     * Returns the usual assumptions: 40 s until the first task runs, 10 s after the last, 10 ms of the driver per task, 3 tasks per slot, and
     * a relative deviation of 0.1.
     *
     * @param workSeconds time of all tasks on one slot
     * @return the cost
     */
    public static ClusterCost usual(double workSeconds) {
        return new ClusterCost(workSeconds, 40, 10, 0.01, 3, 0.1);
    }

    /**
     * Returns the time of the job.
     *
     * @param slots number of tasks that run at the same time
     * @return seconds
     */
    public double seconds(int slots) {
        InvalidInputException.requireAtLeast(1, "slots", slots);
        double delay = deviation * Math.sqrt(2 * Math.log(slots)) / Math.sqrt(tasksPerSlot);
        double tasks = (double) slots * tasksPerSlot;
        return startSeconds + workSeconds / slots * (1 + delay) + tasks * perTaskSeconds + finishSeconds;
    }

    /**
     * Returns how much faster the job is than on one slot without a cluster.
     *
     * @param slots number of tasks that run at the same time
     * @return {@code work / seconds}
     */
    public double speedup(int slots) {
        return workSeconds / seconds(slots);
    }

    /**
     * Returns the work per task.
     *
     * @param slots number of tasks that run at the same time
     * @return seconds
     */
    public double taskSeconds(int slots) {
        return workSeconds / ((double) slots * tasksPerSlot);
    }
}
