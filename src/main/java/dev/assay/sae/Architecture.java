package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * How a dictionary turns pre-activations into sparse codes and codes back into activations. Each kind is one small record that
 * holds its numbers, and reads all else from the {@link Weights}.
 */
public sealed interface Architecture permits TopK {
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
    Map<String, Object> options();

    /**
     * Fails unless a dictionary may have this many latents.
     *
     * @param dSae the number of latents
     * @throws dev.assay.InvalidInputException if it does not suit this architecture
     */
    void check(int dSae);

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
     * @return [n, d_in], with the decoder's bias and before the normalisation is undone
     */
    NDArray decode(SparseCodes codes, Weights weights);

    /**
     * Moves the norms of the decoder's rows into the encoder, so that the rows have norm 1 and a code is the length of what its
     * latent adds.
     *
     * @param weights the dictionary's arrays
     * @return new arrays with the same function
     * @throws dev.assay.InvalidInputException if folding would change what the dictionary computes
     */
    Weights foldDecoderNorm(Weights weights);
}
