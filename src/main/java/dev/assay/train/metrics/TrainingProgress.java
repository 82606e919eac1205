package dev.assay.train.metrics;

/**
 * The progress of a training run.
 *
 * @param run the name of the run: that of its output folder, or of the member of a sweep
 * @param step the number of steps taken
 * @param steps the number of steps of the whole run
 * @param batch activations per step
 */
public record TrainingProgress(String run, long step, long steps, int batch) {
    /**
     * Returns the number of activations trained on.
     *
     * @return steps times batch size
     */
    public long tokens() {
        return step * batch;
    }

    /**
     * Returns whether the run has taken its last step.
     *
     * @return true at the end
     */
    public boolean done() {
        return step >= steps;
    }
}
