package dev.assay.intervene.attribute;

import dev.assay.model.hook.HookPoint;

/**
 * What one latent at one position contributes to a metric.
 *
 * @param point the site of its dictionary
 * @param position counted from 0
 * @param latent its number in the dictionary
 * @param clean its code
 * @param patch its code in the patch: 0, or that of the other text
 * @param effect by how much the metric is higher for the clean code than for the patch
 */
public record NodeEffect(HookPoint point, int position, int latent, double clean, double patch, double effect) {}
