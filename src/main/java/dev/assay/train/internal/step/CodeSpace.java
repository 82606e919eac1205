package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;

/**
 * The places where codes may differ from 0, as the formulas of a loss see them: values there, and the products with whole rows.
 * Formulas are written once; {@link SparseCodeSpace} keeps values as a list of entries, {@link DenseCodeSpace} as a matrix.
 *
 * <p>With codes c, a table W of one row a latent, and a table T of one row a token:
 *
 * <pre>
 * addDecoded    c · W         [rows, d]
 * codeGradient  T · Wᵀ         at the places
 * byLatent      cᵀ · T         [d_sae, d]
 * </pre>
 */
interface CodeSpace {
    /** Adds {@code c · W} to a sum [rows, d]: W [d_sae, d]. */
    void addDecoded(NDArray sum, NDArray table, NDArray values);

    /** Returns {@code T · Wᵀ} at the places: W [d_sae, d], T [rows, d] → values, until it is asked for once more. */
    NDArray codeGradient(NDArray table, NDArray rows);

    /** An array of the form of some values, to be filled, until one is asked for once more. */
    NDArray scratch(NDArray values);

    /** A second such array, for codes that do not take the place of pre-activations. */
    NDArray codes(NDArray values);

    /** Writes {@code cᵀ · T} to an array [d_sae, d]: T [rows, d]. */
    void byLatent(NDArray out, NDArray rows, NDArray values);

    /** Adds {@code cᵀ · T} to a sum [d_sae, d]: T [rows, d]. */
    void addByLatent(NDArray sum, NDArray rows, NDArray values);

    /** Returns the sum of the values of each latent: → [d_sae]. */
    NDArray sumByLatent(NDArray values);

    /** Returns the sum of the values of each row: → [rows]. */
    NDArray sumByRow(NDArray values);

    /** Spreads a number a latent over the places: [d_sae] → what combines with values. */
    NDArray ofLatents(NDArray perLatent);

    /** Spreads a number a row over the places: [rows] → what combines with values. */
    NDArray ofRows(NDArray perRow);
}
