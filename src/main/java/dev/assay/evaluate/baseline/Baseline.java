package dev.assay.evaluate.baseline;

import dev.assay.sae.Dictionary;

/**
 * A set of directions that were found without training a dictionary, available as dictionaries.
 *
 * <p>Codes of a dictionary are non-negative. A direction with signed coordinates therefore becomes two latents: latent j is
 * {@code max(c_j, 0)} along {@code v_j}, latent m + j is {@code max(−c_j, 0)} along {@code −v_j}. At most one of the two is active, so
 * L0 counts coordinates and reconstructions equal those of the signed codes. Either tail can predict a concept, and the similarity with
 * another dictionary is that of the nearer of ±v.
 */
public interface Baseline {
    /**
     * Returns the name in tables.
     *
     * @return such as {@code pca}
     */
    String name();

    /**
     * Describes the method and its result.
     *
     * @return one line, such as {@code 48 principal components}
     */
    String description();

    /**
     * Returns the number of directions.
     *
     * @return m; dictionaries have m latents, or 2m if coordinates are signed
     */
    int directions();

    /**
     * Creates the dictionary whose codes are all coordinates.
     *
     * @return a dictionary that the caller closes
     */
    Dictionary dense();

    /**
     * Creates the dictionary whose codes are the k coordinates of largest magnitude.
     *
     * @param k 1 to {@link #directions()}
     * @return a dictionary that the caller closes
     * @throws dev.assay.InvalidInputException if k is out of range
     */
    Dictionary topK(int k);
}
