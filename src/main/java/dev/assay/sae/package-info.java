/**
 * Trained dictionaries: what a sparse autoencoder <em>is</em>. It encodes activations to sparse codes and decodes them again;
 * nothing here trains.
 *
 * <p>Start at {@link dev.assay.sae.SparseAutoencoder}. Each kind of activation function is one {@link dev.assay.sae.Architecture}.
 * On disk a dictionary is a SAELens folder; those of sparsify and Gemma Scope are read too.
 */
package dev.assay.sae;
