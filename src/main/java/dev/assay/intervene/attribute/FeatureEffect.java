package dev.assay.intervene.attribute;

import dev.assay.model.hook.HookPoint;

/**
 * What one latent contributes to a metric at all positions together.
 *
 * @param point the site of its dictionary
 * @param latent its number in the dictionary
 * @param effect the sum of its effects over the positions
 */
public record FeatureEffect(HookPoint point, int latent, double effect) {}
