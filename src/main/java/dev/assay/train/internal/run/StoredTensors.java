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

/** Where another library's files have the parameters of a dictionary. */
public final class StoredTensors {
    private final Map<Parameter, Tensor> tensors = new EnumMap<>(Parameter.class);

    /**
     * A tensor of a file.
     *
     * @param name its name
     * @param transposed whether it has one latent a column
     */
    private record Tensor(String name, boolean transposed) {}

    /** A tensor that is stored as it is here. */
    public StoredTensors with(Parameter parameter, String name) {
        tensors.put(parameter, new Tensor(name, false));
        return this;
    }

    /** A tensor of one latent a column. */
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
