/**
 * Baselines for a trained dictionary: principal components, independent components, non-negative factors, single dimensions and
 * random directions, each as a {@link dev.assay.sae.Dictionary}.
 *
 * <p>{@link dev.assay.evaluate.baseline.Baselines} fits them to a sample of activations. A
 * {@link dev.assay.evaluate.baseline.BaselineProvider} adds a baseline from outside the project, under a name.
 */
package dev.assay.evaluate.baseline;
