package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The arrays of a dictionary in training, or other arrays of the same shapes, such as gradients or moments. Both matrices have one row per
 * latent, so that sparse passes read whole rows.
 */
public final class DictionaryParameters implements AutoCloseable {
    private final EnumMap<Parameter, NDArray> arrays;

    /**
     * Wraps arrays.
     *
     * @param arrays with the shapes that {@link Parameter} documents; closed with this object
     */
    public DictionaryParameters(Map<Parameter, NDArray> arrays) {
        this.arrays = new EnumMap<>(arrays);
    }

    /**
     * Wraps the four arrays of most dictionaries.
     *
     * @param encoder [d_sae, d_in]
     * @param encoderBias [d_sae]
     * @param decoder [d_sae, d_out]
     * @param decoderBias [d_out]
     * @return the parameters
     */
    public static DictionaryParameters of(NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias) {
        return new DictionaryParameters(Map.of(
                Parameter.ENCODER, encoder,
                Parameter.ENCODER_BIAS, encoderBias,
                Parameter.DECODER, decoder,
                Parameter.DECODER_BIAS, decoderBias));
    }

    /**
     * Computes an array from each array.
     *
     * @param function creates the new array
     * @return new arrays, which belong to no scope
     */
    public DictionaryParameters map(BiFunction<Parameter, NDArray, NDArray> function) {
        EnumMap<Parameter, NDArray> results = new EnumMap<>(Parameter.class);
        arrays.forEach(
                (parameter, array) -> results.put(parameter, Scope.detached(() -> function.apply(parameter, array))));
        return new DictionaryParameters(results);
    }

    /**
     * Returns zeros of the same shapes.
     *
     * @return new arrays, which belong to no scope
     */
    public DictionaryParameters zerosLike() {
        return map((parameter, array) -> array.zerosLike());
    }

    /**
     * Returns an array.
     *
     * @param parameter its name
     * @return the array itself
     * @throws IllegalStateException if the dictionary does not have the parameter
     */
    public NDArray get(Parameter parameter) {
        NDArray array = arrays.get(parameter);
        if (array == null) {
            throw new IllegalStateException("this dictionary has no " + parameter.key());
        }
        return array;
    }

    /**
     * Returns whether there is an array.
     *
     * @param parameter its name
     * @return true if {@link #get} returns it
     */
    public boolean has(Parameter parameter) {
        return arrays.containsKey(parameter);
    }

    /**
     * Returns the encoder.
     *
     * @return [d_sae, d_in]
     */
    public NDArray encoder() {
        return get(Parameter.ENCODER);
    }

    /**
     * Returns the encoder bias.
     *
     * @return [d_sae]
     */
    public NDArray encoderBias() {
        return get(Parameter.ENCODER_BIAS);
    }

    /**
     * Returns the decoder, which is the encoder itself in a tied dictionary.
     *
     * @return [d_sae, d_out]
     */
    public NDArray decoder() {
        return get(decoderParameter());
    }

    /**
     * Returns the norms of decoder rows.
     *
     * @return [d_sae], a new array
     */
    public NDArray decoderNorms() {
        return Aten.rowNorms(decoder()).reshape(-1);
    }

    /**
     * Returns the parameter that holds the decoder and receives its gradient.
     *
     * @return {@link Parameter#DECODER}, or {@link Parameter#ENCODER} in a tied dictionary
     */
    public Parameter decoderParameter() {
        return has(Parameter.DECODER) ? Parameter.DECODER : Parameter.ENCODER;
    }

    /**
     * Returns the decoder bias.
     *
     * @return [d_out]
     */
    public NDArray decoderBias() {
        return get(Parameter.DECODER_BIAS);
    }

    /**
     * Returns all arrays.
     *
     * @return by name, in the order of {@link Parameter}
     */
    public Map<Parameter, NDArray> byName() {
        return arrays;
    }

    /**
     * Returns the names of all arrays.
     *
     * @return in the order of {@link Parameter}
     */
    public Set<Parameter> names() {
        return arrays.keySet();
    }

    /**
     * Returns all arrays.
     *
     * @return in the order of {@link Parameter}
     */
    public List<NDArray> arrays() {
        return List.copyOf(arrays.values());
    }

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    public int dSae() {
        return (int) encoder().getShape().get(0);
    }

    /**
     * Returns the width of the activations.
     *
     * @return d_in
     */
    public int dIn() {
        return (int) encoder().getShape().get(1);
    }

    /**
     * Returns the width of the reconstruction.
     *
     * @return d_out
     */
    public int dOut() {
        return (int) decoder().getShape().get(1);
    }

    @Override
    public void close() {
        arrays.values().forEach(NDArray::close);
    }
}
