/**
 * Probes and concept erasure, in float64: whether a property of tokens can be read from activations, and edits that remove it.
 *
 * <p>{@link dev.assay.evaluate.probe.LogisticRegression} fits a linear probe, {@link dev.assay.evaluate.probe.ColumnSelection} chooses the
 * columns of a sparse one, and {@link dev.assay.evaluate.probe.MlpProbe} is the check for information that a linear probe cannot read.
 * {@link dev.assay.evaluate.probe.Leace} and {@link dev.assay.evaluate.probe.AffineEraser} remove a concept from activations.
 */
package dev.assay.evaluate.probe;
