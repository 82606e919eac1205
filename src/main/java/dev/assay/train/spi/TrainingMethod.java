package dev.assay.train.spi;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * A training method: a loss with its numbers. Implementations are records, whose components are written to the metadata of trained
 * dictionaries. A run creates one {@link Objective} from its method.
 */
public interface TrainingMethod {
    /**
     * Returns the name of the method in metadata.
     *
     * @return such as {@code topk}
     */
    @JsonProperty("method")
    String id();

    /**
     * Returns the name of the method in tables and plots, which distinguishes variants of one method.
     *
     * @return the name of its {@link TrainingMethodProvider}, such as {@code tied}, unless it has options that the name does not cover
     */
    default String label() {
        return id();
    }

    /**
     * Checks the number of latents.
     *
     * @param dSae the number of latents
     * @throws dev.assay.InvalidInputException if the method cannot train that number
     */
    default void check(int dSae) {}

    /**
     * Returns the default options of the optimizer for a run of some length.
     *
     * @param dSae the number of latents
     * @param steps the number of steps
     * @return by default those of {@link #optimizer(int)} with the learning rate of {@link OptimizerOptions#forSteps}
     */
    default OptimizerOptions optimizer(int dSae, long steps) {
        return optimizer(dSae).forSteps(steps);
    }

    /**
     * Returns the default options of the optimizer for a run of {@value OptimizerOptions#LONG_RUN} steps and more.
     *
     * @param dSae the number of latents
     * @return by default Adam with the learning rate of {@link OptimizerOptions#rateFor} and decoder rows of norm 1
     */
    default OptimizerOptions optimizer(int dSae) {
        return OptimizerOptions.of(OptimizerOptions.rateFor(dSae));
    }

    /**
     * Returns the norm of decoder rows at the start. Where norms are free, rows that start below 1 grow as far as they are used: more
     * variance is explained, and below about 0.5 more latents remain unused.
     *
     * @return by default 1
     */
    default double initialDecoderNorm() {
        return 1;
    }

    /**
     * Returns whether the decoder is the transpose of the encoder, without a decoder bias.
     *
     * @return true if there is only one matrix
     */
    default boolean tied() {
        return false;
    }

    /**
     * Returns the parameters other than encoder, decoder and their biases.
     *
     * @return the parameters, each with the initial value of its entries, which resampled latents are reset to
     */
    default Map<Parameter, Double> extras() {
        return Map.of();
    }

    /**
     * Returns the number of active latents per row that the method fixes, which the annealing of k starts above.
     *
     * @return k, or 0 if the method does not fix it
     */
    default double activeLatents() {
        return 0;
    }

    /**
     * Returns how many products with an encoder a direct implementation needs, which benchmarks compare with.
     *
     * @return 1, or 2 for a gated dictionary
     */
    default int encoderProducts() {
        return 1;
    }

    /**
     * Returns whether the latents can be divided into slices that are trained by different workers. The loss, its gradients and its state
     * must then depend on the latents of other slices only through the {@linkplain Selector#ranking selection}, the reconstruction, and
     * {@link CodeSpace#smallest}.
     *
     * @return false unless overridden
     */
    default boolean supportsSlices() {
        return false;
    }

    /**
     * Creates the loss of a run.
     *
     * @param context the run
     * @return the loss, which the run closes
     */
    Objective objective(ObjectiveContext context);
}
