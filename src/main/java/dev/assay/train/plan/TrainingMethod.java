package dev.assay.train.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/** What is trained and by which loss: one small record an architecture, which holds the loss's numbers. */
public sealed interface TrainingMethod
        permits TopKTraining,
                BatchTopKTraining,
                MatryoshkaTraining,
                StandardTraining,
                PAnnealingTraining,
                GatedTraining,
                JumpReluTraining {
    /**
     * Returns the name of this method, as options and metadata have it.
     *
     * @return such as {@code topk}
     */
    @JsonProperty("method")
    String id();

    /**
     * Returns the name under which figures of this method stand in tables and plots, which tells variants of one architecture apart.
     *
     * @return as {@link TrainingMethods} has it where the method is one of those, such as {@code tied}
     */
    default String label() {
        return id();
    }

    /**
     * Fails unless a dictionary of this many latents can be trained so.
     *
     * @param dSae the number of latents
     * @throws dev.assay.InvalidInputException if it cannot
     */
    void check(int dSae);

    /**
     * Returns the peak learning rate and the other numbers of the optimizer that suit this method.
     *
     * @param dSae the number of latents
     * @return the default
     */
    OptimizerOptions optimizer(int dSae);

    /**
     * Tells whether the decoder is the encoder's transpose, and there is no decoder bias.
     *
     * @return true when there is one matrix only
     */
    default boolean tied() {
        return false;
    }

    /**
     * Returns what this method trains beside an encoder, a decoder and their biases.
     *
     * @return the parameters, each with the number that all its entries start at, which a resampled latent's return to
     */
    default Map<Parameter, Double> extras() {
        return Map.of();
    }

    /**
     * Returns the active latents a row that this method asks for, which {@link KAnnealing} lets come down from more.
     *
     * @return k, or 0 for a method that does not fix them
     */
    default double activeLatents() {
        return 0;
    }

    /**
     * Returns how many products with an encoder the usual implementation needs, which is what benchmarks compare with.
     *
     * @return 1, or 2 for a gated dictionary
     */
    default int encoderProducts() {
        return 1;
    }
}
