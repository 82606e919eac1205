package dev.assay.evaluate.baseline;

import dev.assay.sae.Dictionary;

/**
 * Directions that were found without training a dictionary, as dictionaries.
 *
 * <p>Codes of a dictionary are not negative. Directions whose coordinates have either sign are therefore two latents each: latent j is
 * {@code max(c_j, 0)} along {@code v_j}, latent m + j is {@code max(−c_j, 0)} along {@code −v_j}. No two are active at once, so that L0
 * counts coordinates, reconstructions are those of the signed codes, a concept may be told by either tail, and a similarity with
 * another dictionary is that of the nearer of ±v.
 */
public interface Baseline {
    /**
     * Returns what tables call it.
     *
     * @return such as {@code pca}
     */
    String name();

    /**
     * Returns how it was found, in a few words.
     *
     * @return one line
     */
    String description();

    /**
     * Returns the number of directions.
     *
     * @return m; dictionaries have m latents, or 2m where directions are read both ways
     */
    int directions();

    /**
     * Returns the dictionary whose codes are all coordinates.
     *
     * @return to be closed by the caller
     */
    Dictionary dense();

    /**
     * Returns the dictionary whose codes are the k coordinates of largest magnitude.
     *
     * @param k at most {@link #directions()}
     * @return to be closed by the caller
     * @throws dev.assay.InvalidInputException when there are fewer directions
     */
    Dictionary topK(int k);
}
