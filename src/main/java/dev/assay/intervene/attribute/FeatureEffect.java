package dev.assay.intervene.attribute;

import dev.assay.model.hook.HookPoint;

/**
 * The effect of one latent on a metric, summed over all positions.
 *
 * @param point the site of its dictionary
 * @param latent the latent's index in the dictionary
 * @param effect the sum of the latent's effects over the positions
 */
public record FeatureEffect(HookPoint point, int latent, double effect) {}
