/**
 * Trained dictionaries: encoding of activations to sparse codes, decoding, and file formats. Training is in {@code dev.assay.train}.
 *
 * <p>Start at {@link dev.assay.sae.SparseAutoencoder}. Each kind of activation function is one {@link dev.assay.sae.Architecture}.
 * Dictionaries are saved as SAELens folders; the formats of sparsify and Gemma Scope can be loaded, too.
 */
package dev.assay.sae;
