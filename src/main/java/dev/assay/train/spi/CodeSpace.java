package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import java.util.OptionalDouble;

/**
 * The entries of the code matrix [rows, d_sae] that may differ from 0, with the products that a loss needs. Formulas are written once; sparse
 * steps represent values as a list of entries, dense steps as a matrix.
 *
 * <p>With codes c, a table W with one row per latent, and a table T with one row per row of the batch:
 *
 * <pre>
 * addDecoded    c · W         [rows, d]
 * codeGradient  T · Wᵀ         at the entries
 * byLatent      cᵀ · T         [d_sae, d]
 * </pre>
 */
public interface CodeSpace {
    /**
     * Adds {@code c · W} to a sum.
     *
     * @param sum [rows, d]
     * @param table W [d_sae, d]
     * @param values c at the entries
     */
    void addDecoded(NDArray sum, NDArray table, NDArray values);

    /**
     * Returns {@code T · Wᵀ} at the entries.
     *
     * @param table W [d_sae, d]
     * @param rows T [rows, d]
     * @return values, which the next call may overwrite
     */
    NDArray codeGradient(NDArray table, NDArray rows);

    /**
     * Returns an array for values, with arbitrary content.
     *
     * @param values its form
     * @return an array, which the next call may return again
     */
    NDArray scratch(NDArray values);

    /**
     * Returns a second such array, for codes that do not overwrite pre-activations.
     *
     * @param values its form
     * @return an array, which the next call may return again
     */
    NDArray codes(NDArray values);

    /**
     * Writes {@code cᵀ · T}.
     *
     * @param out [d_sae, d]
     * @param rows T [rows, d]
     * @param values c at the entries
     */
    void byLatent(NDArray out, NDArray rows, NDArray values);

    /**
     * Adds {@code cᵀ · T} to a sum.
     *
     * @param sum [d_sae, d]
     * @param rows T [rows, d]
     * @param values c at the entries
     */
    void addByLatent(NDArray sum, NDArray rows, NDArray values);

    /**
     * Sums the values of each latent.
     *
     * @param values at the entries
     * @return [d_sae]
     */
    NDArray sumByLatent(NDArray values);

    /**
     * Sums the values of each row.
     *
     * @param values at the entries
     * @return [rows]
     */
    NDArray sumByRow(NDArray values);

    /**
     * Returns the smallest value over all latents of the dictionary.
     *
     * @param values at the entries
     * @return empty if there are no entries
     */
    OptionalDouble smallest(NDArray values);

    /**
     * Expands one number per latent.
     *
     * @param perLatent [d_sae]
     * @return an array that broadcasts with values
     */
    NDArray ofLatents(NDArray perLatent);

    /**
     * Expands one number per row.
     *
     * @param perRow [rows]
     * @return an array that broadcasts with values
     */
    NDArray ofRows(NDArray perRow);

    /**
     * Returns the entries of a range of latents, as those of a dictionary of its own.
     *
     * @param first the first latent
     * @param last the latent after the last
     * @return the part
     */
    Part part(int first, int last);

    /** The entries of a range of latents. */
    interface Part {
        /**
         * Returns the entries, with latents counted from the first of the range.
         *
         * @return the space
         */
        CodeSpace space();

        /**
         * Selects the values of the part.
         *
         * @param values at the entries of the whole space
         * @return at the entries of the part
         */
        NDArray select(NDArray values);

        /**
         * Overwrites the values of the part.
         *
         * @param values at the entries of the whole space, changed
         * @param part at the entries of the part
         */
        void assign(NDArray values, NDArray part);
    }
}
