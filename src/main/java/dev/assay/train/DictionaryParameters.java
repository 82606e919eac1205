package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import java.util.List;

/**
 * The arrays of a dictionary in training, or anything of the same shapes (gradients, moments). Latents are rows in both matrices,
 * so that the sparse passes read whole rows.
 *
 * @param encoder [d_sae, d_in]
 * @param encoderBias [d_sae]
 * @param decoder [d_sae, d_in]
 * @param decoderBias [d_in]
 */
public record DictionaryParameters(NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias)
        implements AutoCloseable {

    /** The names of the four arrays, in the order of {@link #arrays()}. */
    static final List<String> NAMES = List.of("encoder", "encoder_bias", "decoder", "decoder_bias");

    /**
     * Makes a dictionary to start from: decoder rows uniform on the unit sphere, the encoder its transpose, biases zero.
     *
     * @param manager owns the arrays
     * @param dIn the width of the activations
     * @param dSae the number of latents
     * @param seed decides the directions
     * @return the parameters
     */
    static DictionaryParameters random(NDManager manager, int dIn, int dSae, long seed) {
        NDArray decoder = Scope.outside(() -> Weights.randomDirections(manager, dSae, dIn, seed));
        return new DictionaryParameters(
                Scope.outside(decoder::duplicate),
                Scope.outside(() -> manager.zeros(new Shape(dSae))),
                decoder,
                Scope.outside(() -> manager.zeros(new Shape(dIn))));
    }

    /**
     * Makes arrays of zeros of the same shapes.
     *
     * @return the zeros
     */
    DictionaryParameters zerosLike() {
        List<NDArray> zeros =
                arrays().stream().map(array -> Scope.outside(array::zerosLike)).toList();
        return of(zeros);
    }

    static DictionaryParameters of(List<NDArray> arrays) {
        return new DictionaryParameters(arrays.get(0), arrays.get(1), arrays.get(2), arrays.get(3));
    }

    List<NDArray> arrays() {
        return List.of(encoder, encoderBias, decoder, decoderBias);
    }

    int dSae() {
        return (int) encoder.getShape().get(0);
    }

    int dIn() {
        return (int) encoder.getShape().get(1);
    }

    @Override
    public void close() {
        arrays().forEach(NDArray::close);
    }
}
