package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;

/**
 * The gradients of one step, summed over the slices of its batch. Methods that receive whole slices write products of matrices into arrays
 * that every step reuses.
 */
public interface Gradients {
    /**
     * Adds to the gradient of a parameter.
     *
     * @param parameter the parameter
     * @param amount of the parameter's shape; becomes part of the sum
     */
    void add(Parameter parameter, NDArray amount);

    /**
     * Adds {@code valuesᵀ · table} to the gradient of a matrix with one row per latent.
     *
     * @param parameter the matrix, [d_sae, d]
     * @param space the entries
     * @param table [rows, d]
     * @param values at the entries
     */
    void addByLatent(Parameter parameter, CodeSpace space, NDArray table, NDArray values);

    /**
     * Starts the gradient of a matrix with one row per latent, for a caller that writes all of it.
     *
     * @param parameter the matrix
     * @return an array of the parameter's shape with arbitrary content
     */
    NDArray start(Parameter parameter);

    /**
     * Returns the gradient of a parameter.
     *
     * @param parameter the parameter
     * @return the sum so far, which may be changed in place
     */
    NDArray get(Parameter parameter);

    /**
     * Adds the encoder's gradient, given the gradient v of the pre-activations {@code pre = s · W_encᵀ + b_enc}:
     * {@code ∂W_enc = vᵀ · s}. Where the decoder bias is subtracted from the input, its gradient follows from the same sums. The encoder
     * bias is left to {@link StepLoss#finish}.
     *
     * @param space the entries
     * @param rows the slice
     * @param v at the entries
     */
    void addPreActivations(CodeSpace space, BatchSlice rows, NDArray v);

    /**
     * Returns the sum over rows of the gradient of pre-activations.
     *
     * @return [d_sae], the sum so far
     */
    NDArray preActivationSum();

    /**
     * Adds to {@link #preActivationSum} without changing the encoder's gradient.
     *
     * @param amount [d_sae]
     */
    void addPreActivationSum(NDArray amount);

    /**
     * Adds to the inner product of each decoder row with its gradient, which the optimizer projects out. With {@code ∂W = Σ c · g} over the
     * entries of a latent, {@code ⟨∂W, W⟩ = Σ c · ⟨g, W⟩}. Dense steps compute the product of the two matrices at the end instead.
     *
     * @param space the entries
     * @param codes c at the entries
     * @param codeGradient {@code ⟨g, W⟩} at the entries
     */
    void addDecoderDot(CodeSpace space, NDArray codes, NDArray codeGradient);

    /**
     * Adds to the inner product of each decoder row with its gradient.
     *
     * @param amount [d_sae]
     */
    void addDecoderDot(NDArray amount);

    /**
     * Adds {@code v_l · W_l / ‖W_l‖} to the gradient of each decoder row: the gradient of a loss that depends on decoder norms.
     *
     * @param normGradient v [d_sae], the gradient with respect to the norms
     * @param norms ‖W_l‖ [d_sae]
     */
    void addDecoderNorms(NDArray normGradient, NDArray norms);
}
