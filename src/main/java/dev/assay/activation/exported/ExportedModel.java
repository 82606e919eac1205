package dev.assay.activation.exported;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.model.HookBuilder;
import java.util.List;
import java.util.Map;

/**
 * A model that was compiled into a graph. Its named outputs can be read; they were selected when it was exported. Its activations cannot be
 * edited.
 *
 * <p>An output is an activation when it is a floating-point array of shape [batch, position, d]. Any name is allowed; with the names of
 * TransformerLens ({@code blocks.3.hook_resid_post}), other tools find the site of a trained dictionary.
 *
 * <p>Any number of threads may use one model.
 */
public interface ExportedModel extends AutoCloseable {
    /** {@return the path that the model was loaded from} */
    String name();

    /** {@return the manager of arrays on the device of the activations, closed with the model} */
    NDManager manager();

    /** {@return the device of the activations} */
    default Device device() {
        return manager().getDevice();
    }

    /** {@return the names of the activations, at least one, in the order of the file} */
    List<String> names();

    /**
     * Returns the width of an activation.
     *
     * @param name its name
     * @return d, of the shape [batch, position, d]
     * @throws InvalidInputException when the model has no such output, or the output is not an activation
     */
    int width(String name);

    /**
     * Runs the model, without gradients.
     *
     * @param names the names of the activations to return
     * @param tokens int64 [batch, position]
     * @param mask int64 [batch, position], 1 at real tokens; null when all tokens are real
     * @return float32 arrays [batch, position, d] by name, owned by the open {@link dev.assay.tensor.Scope}; without one, by the caller
     * @throws InvalidInputException when an activation does not exist, the model has no input for the mask, or the graph
     *     rejects the tokens
     */
    Map<String, NDArray> run(List<String> names, NDArray tokens, NDArray mask);

    /**
     * Runs the model and returns every activation.
     *
     * @param tokens int64 [batch, position]
     * @param mask int64 [batch, position], 1 at real tokens; null when all tokens are real
     * @return float32 arrays [batch, position, d] by name, owned by the open {@link dev.assay.tensor.Scope}; without one, by the caller
     */
    default Map<String, NDArray> run(NDArray tokens, NDArray mask) {
        return run(names(), tokens, mask);
    }

    /**
     * Always fails, since the activations of a compiled graph cannot be replaced.
     *
     * @return never returns
     * @throws InvalidInputException always
     */
    default HookBuilder hooks() {
        throw new InvalidInputException(name()
                + " cannot be edited, since its compiled graph only returns exported outputs; to edit activations,"
                + " save the model as a Hugging Face folder and load it with HookedTransformer");
    }

    /** Waits for running calls, then frees the model. Later calls throw an {@link IllegalStateException}. */
    @Override
    void close();
}
