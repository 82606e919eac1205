package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.Parameter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The arrays of a dictionary in training, or anything of the same shapes (gradients, moments). Latents are rows in both matrices,
 * so that the sparse passes read whole rows.
 */
public final class DictionaryParameters implements AutoCloseable {
    private final EnumMap<Parameter, NDArray> arrays;

    /**
     * Takes arrays as they are.
     *
     * @param arrays of the shapes that {@link Parameter} gives; closed with this object
     */
    public DictionaryParameters(Map<Parameter, NDArray> arrays) {
        this.arrays = new EnumMap<>(arrays);
    }

    /** The four arrays that most dictionaries have. */
    static DictionaryParameters of(NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias) {
        return new DictionaryParameters(Map.of(
                Parameter.ENCODER, encoder,
                Parameter.ENCODER_BIAS, encoderBias,
                Parameter.DECODER, decoder,
                Parameter.DECODER_BIAS, decoderBias));
    }

    /** Makes arrays out of these, one by one, owned by whoever gets them. */
    DictionaryParameters map(BiFunction<Parameter, NDArray, NDArray> function) {
        EnumMap<Parameter, NDArray> results = new EnumMap<>(Parameter.class);
        arrays.forEach(
                (parameter, array) -> results.put(parameter, Scope.detached(() -> function.apply(parameter, array))));
        return new DictionaryParameters(results);
    }

    public DictionaryParameters zerosLike() {
        return map((parameter, array) -> array.zerosLike());
    }

    public NDArray get(Parameter parameter) {
        NDArray array = arrays.get(parameter);
        if (array == null) {
            throw new IllegalStateException("this dictionary has no " + parameter.key());
        }
        return array;
    }

    public boolean has(Parameter parameter) {
        return arrays.containsKey(parameter);
    }

    public NDArray encoder() {
        return get(Parameter.ENCODER);
    }

    public NDArray encoderBias() {
        return get(Parameter.ENCODER_BIAS);
    }

    /** The decoder, which is the encoder itself where both are tied. */
    public NDArray decoder() {
        return get(decoderParameter());
    }

    /** The norm of each latent's decoder row: [d_sae]. */
    NDArray decoderNorms() {
        return Aten.rowNorms(decoder()).reshape(-1);
    }

    /** Which array is the decoder, and takes its gradient. */
    Parameter decoderParameter() {
        return has(Parameter.DECODER) ? Parameter.DECODER : Parameter.ENCODER;
    }

    public NDArray decoderBias() {
        return get(Parameter.DECODER_BIAS);
    }

    /** The arrays by name, in the order of {@link Parameter}. */
    public Map<Parameter, NDArray> byName() {
        return arrays;
    }

    Set<Parameter> names() {
        return arrays.keySet();
    }

    public List<NDArray> arrays() {
        return List.copyOf(arrays.values());
    }

    public int dSae() {
        return (int) encoder().getShape().get(0);
    }

    public int dIn() {
        return (int) encoder().getShape().get(1);
    }

    int dOut() {
        return (int) decoder().getShape().get(1);
    }

    @Override
    public void close() {
        arrays.values().forEach(NDArray::close);
    }
}
