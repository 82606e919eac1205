package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;

/**
 * The computation of a dictionary: activations to sparse codes, and codes to reconstructions. Implementations are records of their options;
 * arrays are in the {@link Weights}. The built-in formulas are those of SAELens, with {@code pre = input · encoderᵀ + encoderBias}. An
 * {@link ArchitectureProvider} registers further architectures for loading.
 */
public interface Architecture {
    /**
     * Returns the name of the architecture in {@code cfg.json}.
     *
     * @return the value of its field {@code architecture}
     */
    String id();

    /**
     * Returns the options as {@code cfg.json} stores them.
     *
     * @return numbers, booleans or strings by name
     */
    default Map<String, Object> options() {
        return Map.of();
    }

    /**
     * Returns the shapes of the arrays in {@link Weights#extra}. All of them are required, and no others are allowed.
     *
     * @param dIn the width of the activations
     * @param dSae the number of latents
     * @param dOut the width of the reconstruction
     * @return shapes by name
     */
    default Map<String, Shape> extraShapes(int dIn, int dSae, int dOut) {
        return Map.of();
    }

    /**
     * Returns the options stored as tensors in the file of weights, in addition to the arrays of {@link Weights}.
     *
     * @param manager creates the tensors
     * @return tensors by name
     */
    default Map<String, NDArray> optionTensors(NDManager manager) {
        return Map.of();
    }

    /**
     * Returns the name of the encoder bias in the file of weights.
     *
     * @return the tensor's name
     */
    default String encoderBiasName() {
        return "b_enc";
    }

    /**
     * Checks the number of latents.
     *
     * @param dSae the number of latents
     * @throws dev.assay.InvalidInputException if the architecture does not allow it
     */
    default void check(int dSae) {}

    /**
     * Returns whether the output is a reconstruction of the input.
     *
     * @return false for a transcoder, which predicts the activations of another site
     */
    default boolean reconstructsInput() {
        return true;
    }

    /**
     * Computes the input of the activation function.
     *
     * @param input [n, d_in], normalised and centred
     * @param weights the dictionary's arrays
     * @param out [n, d_sae], overwritten
     */
    default void preActivations(NDArray input, Weights weights, NDArray out) {
        weights.preActivations(input, out);
    }

    /**
     * Encodes a chunk of rows.
     *
     * @param input [n, d_in], normalised and centred
     * @param weights the dictionary's arrays
     * @param workspace [n, d_sae], overwritten
     * @return the codes of the n rows, not owned by a scope that this method opens
     */
    SparseCodes encode(NDArray input, Weights weights, NDArray workspace);

    /**
     * Decodes codes.
     *
     * @param codes the codes of n rows
     * @param weights the dictionary's arrays
     * @return [n, d_out], with the decoder bias, in units of the normalised activations
     */
    default NDArray decode(SparseCodes codes, Weights weights) {
        return weights.decode(codes);
    }

    /**
     * Returns the contribution of a code of 1 to {@link #decode}.
     *
     * @param weights the dictionary's arrays
     * @return [d_sae, d_out], the decoder unless decoding rescales codes; must not be changed or closed
     */
    default NDArray directions(Weights weights) {
        return weights.decoder();
    }

    /**
     * Computes the output of the dictionary from decoded codes.
     *
     * @param decoded [n, d_out]
     * @param x [n, d_in], the activations before normalisation
     * @param normalized the normalised activations, with the inverse of the normalisation
     * @param weights the dictionary's arrays
     * @return [n, d_out]
     */
    default NDArray output(NDArray decoded, NDArray x, ActivationNormalization.Normalized normalized, Weights weights) {
        return normalized.invert(decoded);
    }

    /**
     * Moves the norms of decoder rows into the encoder, so that rows have norm 1 and a code is the norm of its contribution. Most
     * implementations call {@link Weights#foldDecoderNorm}.
     *
     * @param weights the dictionary's arrays
     * @return new arrays with the same function
     * @throws dev.assay.InvalidInputException if folding would change what the dictionary computes
     */
    Weights foldDecoderNorm(Weights weights);

    /**
     * Returns the architecture of a dictionary whose decoder norms were folded by {@link #foldDecoderNorm(Weights)}.
     *
     * @return this, unless it multiplies by the norms, which are then 1
     */
    default Architecture withUnitDecoderNorms() {
        return this;
    }

    /**
     * Returns the architecture after division of the decoder by the activation scale of training.
     *
     * @param scale the factor applied to activations in training
     * @return this, unless an option depends on the decoder
     */
    default Architecture foldActivationNorm(double scale) {
        return this;
    }
}
