package dev.assay.train.metrics;

import java.io.IOException;
import java.util.Map;

/**
 * Receives the metrics of training runs.
 *
 * <pre>{@code
 * SaeTrainer.of(TopK.of(32))
 *         .listener((progress, metrics) -> System.out.println(progress.step() + " " + metrics.get("losses/mse_loss")))
 * }</pre>
 *
 * <p>All methods are called on the thread that trains, for the members of a sweep in turn; training waits until they return. An
 * exception stops the run, and a sweep as a whole: an {@link IOException} is passed on, any other exception is wrapped in an
 * {@link IllegalStateException} that names the listener, the run and the step. The run can be resumed from its last checkpoint.
 */
@FunctionalInterface
public interface TrainingListener {
    /**
     * Called before the first step that this process takes.
     *
     * @param run the run
     * @param progress its state; the step is larger than 0 when the run is resumed
     * @throws IOException when an output cannot be written
     */
    default void start(RunInfo run, TrainingProgress progress) throws IOException {}

    /**
     * Called every ten steps, after an evaluation on held-out text, and after the last step.
     *
     * @param progress the state of the run after the step
     * @param metrics numbers by the names that SAELens logs them under, in the order in which they should be shown; a number may be
     *     NaN or infinite
     * @throws IOException when an output cannot be written
     */
    void step(TrainingProgress progress, Map<String, Number> metrics) throws IOException;

    /**
     * Called once at the end, also when the run fails.
     *
     * @param progress the state of the run; its step is the run's last one unless the run failed
     * @throws IOException when an output cannot be written
     */
    default void finish(TrainingProgress progress) throws IOException {}
}
