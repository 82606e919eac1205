package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies of a model that share no memory with it. */
public final class ModelCopy {
    private ModelCopy() {}

    /**
     * Copies a model.
     *
     * @param model a complete model
     * @return a model in float32 on the same device, with its own tokenizer if the model has one, closed by the caller
     * @throws InvalidInputException when only a part of the model is loaded
     * @throws IOException when the tokenizer cannot be loaded again
     */
    public static HookedTransformer of(HookedTransformer model) throws IOException {
        NDManager manager = TorchEngine.newManager(model.device());
        ModelTokenizer tokenizer = ModelTokenizer.none();
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            model.parameters().forEach((name, array) -> arrays.put(name, copy(array, manager)));
            InvalidInputException.require(
                    arrays.keySet()
                            .containsAll(Parameters.shapes(model.config()).keySet()),
                    () -> model.name() + " is loaded in part, expected all weights to copy");
            tokenizer = model.tokenizer.copy();
            return new HookedTransformer(
                    "copy of " + model.name(),
                    model.config(),
                    LoadedPart.whole(model.config()),
                    manager,
                    new Parameters(arrays),
                    tokenizer);
        } catch (IOException | RuntimeException failure) {
            tokenizer.close();
            manager.close();
            throw failure;
        }
    }

    private static NDArray copy(NDArray array, NDManager manager) {
        return Scope.detached(() -> {
            NDArray copy = array.duplicate();
            copy.attach(manager);
            return copy;
        });
    }
}
