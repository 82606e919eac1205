/**
 * Edits of a running model in terms of a dictionary's features, and what features have to do with what the model says.
 *
 * <p>{@link dev.assay.intervene.Intervention} ablates, clamps, scales and steers; {@link dev.assay.intervene.attribute.Attribution} tells how
 * much each feature, and what the dictionary leaves over, contributes to a {@link dev.assay.intervene.attribute.Metric}.
 */
package dev.assay.intervene;
