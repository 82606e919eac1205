package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Shuffling;
import dev.assay.tensor.TorchEngine;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Copies of a model in which the entries of each weight array are permuted at random. A copy has the distribution of the weights but none
 * of the computations that training produced: features that a dictionary also finds in it are no evidence about the model (Heap et al.,
 * "Sparse autoencoders can interpret randomly initialized transformers", arXiv 2501.17727).
 */
public final class PermutedModel {
    private PermutedModel() {}

    /**
     * Copies a model.
     *
     * @param model a complete model
     * @param seed the seed of the permutations; each array has its own random stream
     * @return a model in float32 on the same device, without a tokenizer, closed by the caller
     * @throws InvalidInputException when only a part of the model is loaded
     */
    public static HookedTransformer of(HookedTransformer model, long seed) {
        NDManager manager = TorchEngine.newManager(model.device());
        try (Scope scope = Scope.open()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            model.parameters().forEach((name, array) -> {
                float[] values = array.toFloatArray();
                Shuffling.shuffle(values, new SplittableRandom(seed * 31 + name.hashCode()));
                arrays.put(name, Scope.detached(() -> manager.create(FloatBuffer.wrap(values), array.getShape())));
            });
            InvalidInputException.require(
                    arrays.keySet()
                            .containsAll(Parameters.shapes(model.config()).keySet()),
                    () -> model.name() + " is loaded in part, expected all weights to permute");
            return new HookedTransformer(
                    model.name() + " with permuted weights (seed " + seed + ")",
                    model.config(),
                    LoadedPart.whole(model.config()),
                    manager,
                    new Parameters(arrays),
                    ModelTokenizer.none());
        } catch (RuntimeException failure) {
            manager.close();
            throw failure;
        }
    }
}
