package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Map;

/**
 * How a dictionary turns pre-activations into sparse codes and codes back into activations. Each kind is one small record that
 * holds its numbers, and reads all else from the {@link Weights}. The formulas are SAELens's; {@code pre} stands for
 * {@code input · encoderᵀ + encoderBias}.
 */
public sealed interface Architecture permits Standard, Gated, JumpRelu, TopK, BatchTopK, Transcoder {
    /**
     * Returns the name of this kind in {@code cfg.json}.
     *
     * @return the value of its field {@code architecture}
     */
    String id();

    /**
     * Returns the numbers of this kind under their names in {@code cfg.json}.
     *
     * @return numbers, truth values or strings by name
     */
    default Map<String, Object> options() {
        return Map.of();
    }

    /**
     * Returns what must be in {@link Weights#extra}, and nothing else.
     *
     * @param dIn the width of the activations
     * @param dSae the number of latents
     * @param dOut the width of what is decoded
     * @return shapes by name
     */
    default Map<String, Shape> extraShapes(int dIn, int dSae, int dOut) {
        return Map.of();
    }

    /**
     * Returns what a SAELens file calls the encoder's bias.
     *
     * @return the tensor's name
     */
    default String encoderBiasName() {
        return "b_enc";
    }

    /**
     * Fails unless a dictionary may have this many latents.
     *
     * @param dSae the number of latents
     * @throws dev.assay.InvalidInputException if it does not suit this architecture
     */
    default void check(int dSae) {}

    /**
     * Tells whether what is decoded stands for the input itself.
     *
     * @return false for a transcoder, which predicts the activations of another site
     */
    default boolean reconstructsInput() {
        return true;
    }

    /**
     * Writes what the activation function is applied to.
     *
     * @param input [n, d_in], normalised and centred
     * @param weights the dictionary's arrays
     * @param out [n, d_sae], overwritten
     */
    default void preActivations(NDArray input, Weights weights, NDArray out) {
        weights.preActivations(input, out);
    }

    /**
     * Encodes a few rows at once; the dictionary cuts longer inputs.
     *
     * @param input [n, d_in], normalised and centred
     * @param weights the dictionary's arrays
     * @param workspace [n, d_sae], overwritten
     * @return the codes of the n rows
     */
    SparseCodes encode(NDArray input, Weights weights, NDArray workspace);

    /**
     * Decodes.
     *
     * @param codes the codes of n rows
     * @param weights the dictionary's arrays
     * @return [n, d_out], with the decoder's bias and before the normalisation is undone
     */
    default NDArray decode(SparseCodes codes, Weights weights) {
        return weights.decode(codes);
    }

    /**
     * Returns what a code of 1 adds to what is decoded.
     *
     * @param weights the dictionary's arrays
     * @return [d_sae, d_out], to be left unchanged and open: the decoder, unless decoding changes codes first
     */
    default NDArray directions(Weights weights) {
        return weights.decoder();
    }

    /**
     * Turns what was decoded into what the dictionary answers.
     *
     * @param decoded [n, d_out]
     * @param x [n, d_in], the activations as they came
     * @param normalized the same normalised, which knows how to undo that
     * @param weights the dictionary's arrays
     * @return [n, d_out]
     */
    default NDArray output(NDArray decoded, NDArray x, ActivationNormalization.Normalized normalized, Weights weights) {
        return normalized.undo(decoded);
    }

    /**
     * Moves the norms of the decoder's rows into the encoder, so that the rows have norm 1 and a code is the length of what its
     * latent adds.
     *
     * @param weights the dictionary's arrays
     * @return new arrays with the same function
     * @throws dev.assay.InvalidInputException if folding would change what the dictionary computes
     */
    Weights foldDecoderNorm(Weights weights);

    /**
     * Returns this kind for a dictionary whose decoder is divided by the factor that scaled the activations in training.
     *
     * @param scale the factor
     * @return this, unless one of its numbers depends on the decoder
     */
    default Architecture foldActivationNorm(double scale) {
        return this;
    }
}
