package dev.assay.sae;

import ai.djl.ndarray.NDArray;

/**
 * Directions, and a way to write activations as sparse sums of them: what every measurement takes, be it a trained
 * {@link SparseAutoencoder} or a baseline.
 *
 * <p>Codes are never negative, so that "active" means the same for all of them: a direction that is read both ways is two latents, the
 * second with the opposite direction. Results belong to the open {@link dev.assay.tensor.Scope}, or else to the manager of the input.
 */
public interface Dictionary extends AutoCloseable {
    /**
     * Returns the width of the activations that are encoded.
     *
     * @return d_in
     */
    int dIn();

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    int dSae();

    /**
     * Returns the width of what is decoded: that of the activations, unless the dictionary predicts another site.
     *
     * @return d_out
     */
    default int dOut() {
        return Math.toIntExact(decoder().getShape().get(1));
    }

    /**
     * Tells whether what is decoded belongs to another site than what is encoded, though it may be as wide.
     *
     * @return true for a transcoder
     */
    default boolean transcodes() {
        return false;
    }

    /**
     * Encodes activations.
     *
     * @param x [..., d_in]; leading axes become rows
     * @return the codes, one row an activation
     */
    SparseCodes encode(NDArray x);

    /**
     * Decodes codes.
     *
     * @param codes the codes of n rows
     * @return [n, d_out]
     */
    NDArray decode(SparseCodes codes);

    /**
     * Encodes and decodes.
     *
     * @param x [..., d_in]
     * @return [..., d_out]
     */
    NDArray reconstruct(NDArray x);

    /**
     * Returns the direction that each latent adds, times its code, to the reconstruction.
     *
     * @return [d_sae, d_out], of any length, to be left unchanged and open
     */
    NDArray decoder();

    /**
     * Returns where the dictionary comes from: above all its site, and whether it is for special tokens.
     *
     * @return the metadata
     */
    SaeMetadata metadata();

    /**
     * Returns the sites that the dictionary reads and writes.
     *
     * @return the sites that the metadata name, with their columns
     * @throws dev.assay.InvalidInputException if the metadata name no site
     */
    default Sites sites() {
        return metadata().sites(dIn(), dOut(), transcodes());
    }

    /**
     * Returns the sites of the dictionary if it reads a given site, in place of the one that its metadata name.
     *
     * @param read the site that is read, and written unless the dictionary is a transcoder, which writes the site of its metadata
     * @return the sites
     */
    default Sites sitesReading(String read) {
        return metadata().sitesReading(read, dIn(), dOut(), transcodes());
    }

    @Override
    void close();
}
