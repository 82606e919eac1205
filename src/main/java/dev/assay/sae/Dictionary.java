package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import dev.assay.Lifetime;

/**
 * Encoder and decoder of activations as sparse sums of directions. It is the common interface of trained {@link SparseAutoencoder}s and
 * baselines in all measurements.
 *
 * <p>Codes are never negative, so that "active" has one meaning: a direction used with both signs is represented by two latents with
 * opposite directions. Results belong to the open {@link dev.assay.tensor.Scope}, or else to the manager of the input.
 */
public interface Dictionary extends AutoCloseable {
    /**
     * Returns the width of the encoded activations.
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
     * Returns the width of the reconstruction: d_in, unless the dictionary predicts another site.
     *
     * @return d_out
     */
    default int dOut() {
        return Math.toIntExact(decoder().getShape().get(1));
    }

    /**
     * Returns whether the reconstruction belongs to another site than the input. Both may have the same width.
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
     * @return the codes, one row per activation
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
     * Decodes the codes of activations, with the normalisation and the skip connection of a dictionary that has them. The codes may have been
     * edited after encoding.
     *
     * @param codes the codes of n rows
     * @param x the encoded activations, [n, d_in]
     * @return [n, d_out]; {@link #reconstruct} of x if the codes are those of x
     */
    default NDArray decode(SparseCodes codes, NDArray x) {
        return decode(codes);
    }

    /**
     * Encodes activations and decodes the codes.
     *
     * @param x [..., d_in]
     * @return [..., d_out]
     */
    NDArray reconstruct(NDArray x);

    /**
     * Returns the decoder directions. A latent contributes its code times its direction to the reconstruction.
     *
     * @return [d_sae, d_out], rows of any norm; must not be changed or closed
     */
    NDArray decoder();

    /**
     * Returns the provenance of the dictionary, such as its sites and whether it excludes special tokens.
     *
     * @return the metadata
     */
    SaeMetadata metadata();

    /**
     * Returns the sites that the dictionary reads and writes.
     *
     * @return the sites named in the metadata, with their columns
     * @throws dev.assay.InvalidInputException if the metadata name no site
     */
    default Sites sites() {
        return MetadataSites.of(this).named();
    }

    /**
     * Returns the sites of the dictionary with its read site replaced by a given one.
     *
     * @param read the site to read. An autoencoder also writes it; a transcoder writes the site of its metadata
     * @return the sites
     */
    default Sites sitesReading(String read) {
        return MetadataSites.of(this).reading(read);
    }

    /**
     * Keeps the dictionary open while its arrays are read. The default is for dictionaries that only one thread uses: it does nothing.
     *
     * @return the use, to be closed by this thread; {@link #close()} waits for it
     * @throws IllegalStateException if the dictionary is closed
     */
    default Lifetime.Use use() {
        return () -> {};
    }

    /** Waits for running calls and uses, then frees the arrays. Later calls throw an {@link IllegalStateException}. */
    @Override
    void close();
}
