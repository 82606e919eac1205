package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.Architecture;
import dev.assay.sae.JumpRelu;
import java.util.Map;

/**
 * The loss of an architecture with its gradients in closed form. A batch comes in one sparse piece or in several dense ones; means are
 * over the whole batch.
 */
public interface Objective extends AutoCloseable {
    /**
     * Decides where codes may differ from 0.
     *
     * @param p the dictionary
     * @param moment of the step
     * @return a selector for one batch
     */
    Selector selector(DictionaryParameters p, ScheduleStep moment);

    /**
     * Adds the losses and gradients of some rows.
     *
     * @param rows the rows
     * @param space the selected places
     * @param pre pre-activations there, less the selector's bound: {@code s · W_encᵀ + b_enc − bound}
     * @param sums changed
     * @param moment of the step
     */
    void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment);

    /**
     * Adds what needs the sums of all rows.
     *
     * @param batch all rows
     * @param dead the latents that count as dead: int64 [n_dead], or null
     * @param sums changed
     * @param moment of the step
     */
    default void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {}

    /**
     * Tells which latents fired.
     *
     * @param sums of all rows
     * @return [d_sae], how often each fired; one that did not fire grows older
     */
    default NDArray fired(StepAccumulator sums) {
        return sums.fired();
    }

    /**
     * Returns what a run must store to continue, beside the parameters.
     *
     * @return arrays by name, which restoring overwrites
     */
    public default Map<String, NDArray> state() {
        return Map.of();
    }

    /**
     * Returns what the trained dictionary is.
     *
     * @param p the dictionary
     * @param scale of the activations in training
     * @return the architecture, and its arrays for activations that are not scaled
     */
    Trained trained(DictionaryParameters p, double scale);

    /**
     * What a trained dictionary is.
     *
     * @param architecture its kind
     * @param more arrays beside encoder, decoder and their biases, by their names in the file
     * @param foldsNorms whether the norms of decoder rows are to be moved into the encoder
     */
    record Trained(Architecture architecture, Map<String, NDArray> more, boolean foldsNorms) {
        static Trained of(Architecture architecture) {
            return new Trained(architecture, Map.of(), false);
        }

        static Trained jumpRelu(NDArray thresholds) {
            return new Trained(new JumpRelu(), Map.of(JumpRelu.THRESHOLD, thresholds), false);
        }

        Trained foldingNorms() {
            return new Trained(architecture, more, true);
        }
    }

    @Override
    default void close() {}
}
