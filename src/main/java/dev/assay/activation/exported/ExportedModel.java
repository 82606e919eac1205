package dev.assay.activation.exported;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.model.HookBuilder;
import java.util.List;
import java.util.Map;

/**
 * A model that another program compiled into a graph, whose named results can be read. What can be read was decided when it was
 * exported; nothing in it can be edited.
 *
 * <p>A result is an activation when its shape is [batch, position, d] and its numbers are of floating point. Activations of a model that
 * was exported with TransformerLens's names ({@code blocks.3.hook_resid_post}) train dictionaries that other tools place right; any
 * other names will do.
 */
public interface ExportedModel extends AutoCloseable {
    /**
     * Returns what the model is called.
     *
     * @return the path it was loaded from
     */
    String name();

    /**
     * Returns what makes arrays on the device that activations arrive on.
     *
     * @return the manager, closed with the model
     */
    NDManager manager();

    /**
     * Returns where activations arrive.
     *
     * @return the device
     */
    default Device device() {
        return manager().getDevice();
    }

    /**
     * Returns the activations that the model gives.
     *
     * @return their names, at least one, in the order of the file
     */
    List<String> names();

    /**
     * Returns the width of an activation.
     *
     * @param name its name
     * @return d, of the shape [batch, position, d]
     * @throws InvalidInputException when the model returns nothing of that name, or something that is no activation
     */
    int width(String name);

    /**
     * Runs the model, without gradients.
     *
     * @param names the activations asked for
     * @param tokens int64 [batch, position]
     * @param mask int64 [batch, position], 1 where a token is real; null when all are
     * @return each float32 [batch, position, d], owned by the open {@link dev.assay.tensor.Scope}, or else by the caller
     * @throws InvalidInputException when there is no such activation, when a mask is given to a model that takes none, or when the graph
     *     refuses the tokens
     */
    Map<String, NDArray> run(List<String> names, NDArray tokens, NDArray mask);

    /**
     * Runs the model and returns every activation.
     *
     * @param tokens int64 [batch, position]
     * @param mask int64 [batch, position], 1 where a token is real; null when all are
     * @return each float32 [batch, position, d], owned by the open {@link dev.assay.tensor.Scope}, or else by the caller
     */
    default Map<String, NDArray> run(NDArray tokens, NDArray mask) {
        return run(names(), tokens, mask);
    }

    /**
     * Refuses: there is no place in a compiled graph where something else could be put in.
     *
     * @return never
     * @throws InvalidInputException always, saying what can be edited
     */
    default HookBuilder hooks() {
        throw new InvalidInputException(
                name() + " cannot be edited, because its graph is compiled and gives away only what it was"
                        + " exported to return; save the model as a Hugging Face folder and load it with HookedTransformer to edit it");
    }

    @Override
    void close();
}
