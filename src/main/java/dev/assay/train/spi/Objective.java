package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/** The loss of a training method during one run, with gradients in closed form, and whatever it carries from step to step. */
public interface Objective extends AutoCloseable {
    /**
     * Returns the loss of one step. The caller then uses the {@link StepLoss} in the order of its methods.
     *
     * @param parameters the dictionary, unchanged until the step is complete
     * @param step the position in the run
     * @return the loss, whose arrays belong to the open scope
     */
    StepLoss at(DictionaryParameters parameters, ScheduleStep step);

    /**
     * Returns what a checkpoint stores in addition to the parameters.
     *
     * @return arrays by name; resuming a run overwrites their content
     */
    default Map<String, NDArray> state() {
        return Map.of();
    }

    /**
     * Returns the architecture of the trained dictionary and its additional arrays.
     *
     * @param parameters the dictionary
     * @param scale the factor that activations were multiplied by in training
     * @return the architecture, with arrays for activations that are not scaled
     */
    TrainedParameters trained(DictionaryParameters parameters, double scale);

    @Override
    default void close() {}
}
