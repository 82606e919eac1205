/** The experiment {@code autointerp}: scores of offline explanations for bases of activations. */
package dev.assay.experiment.autointerp;
