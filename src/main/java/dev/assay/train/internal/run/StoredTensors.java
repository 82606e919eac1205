package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import java.util.EnumMap;
import java.util.Map;

/** Maps the parameters of a dictionary to the tensors of another library's file. */
public final class StoredTensors {
    private final Map<Parameter, Tensor> tensors = new EnumMap<>(Parameter.class);

    /**
     * A tensor of a file.
     *
     * @param name its name
     * @param transposed whether each column is a latent
     */
    private record Tensor(String name, boolean transposed) {}

    /** Maps a parameter to a tensor of the same layout. */
    public StoredTensors with(Parameter parameter, String name) {
        tensors.put(parameter, new Tensor(name, false));
        return this;
    }

    /** Maps a parameter to a tensor with one latent per column. */
    public StoredTensors transposed(Parameter parameter, String name) {
        tensors.put(parameter, new Tensor(name, true));
        return this;
    }

    public DictionaryParameters load(Safetensors file, NDManager manager) {
        Map<Parameter, NDArray> arrays = new EnumMap<>(Parameter.class);
        tensors.forEach((parameter, tensor) -> arrays.put(parameter, Scope.detached(() -> {
            NDArray stored = file.load(manager, tensor.name());
            return tensor.transposed() ? Aten.contiguous(stored.transpose()) : stored;
        })));
        return new DictionaryParameters(arrays);
    }
}
