package dev.assay.intervene.attribute;

import dev.assay.model.hook.HookPoint;

/**
 * The effect of one latent at one position on a metric.
 *
 * @param point the site of its dictionary
 * @param position the token position, from 0
 * @param latent the latent's index in the dictionary
 * @param clean the code in the text
 * @param patch the code in the patch: 0, or the code in the counterfactual text
 * @param effect the estimated metric with the clean code minus the metric with the patch code
 */
public record NodeEffect(HookPoint point, int position, int latent, double clean, double patch, double effect) {}
