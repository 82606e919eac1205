/**
 * Interventions on dictionary features in a running model, and attribution of model outputs to features.
 *
 * <p>{@link dev.assay.intervene.Intervention} ablates, clamps, scales and steers features; {@link
 * dev.assay.intervene.attribute.Attribution} estimates the effect of each feature and of the reconstruction error on a {@link
 * dev.assay.intervene.attribute.Metric}.
 */
package dev.assay.intervene;
