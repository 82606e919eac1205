package dev.assay.experiment.erasure;

import dev.assay.evaluate.probe.ActivationEdit;
import dev.assay.evaluate.probe.Eraser;

/**
 * An edit of the residual stream.
 *
 * @param inModel the edit during a run of the model, in float32
 * @param onRows the same edit of rows; in float64 where the edit is affine
 */
record NamedEdit(ActivationEdit inModel, Eraser onRows) {}
