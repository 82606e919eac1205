/**
 * Patching features between two prompts, and the effect of removing features on features of later layers.
 *
 * <p>{@link dev.assay.intervene.patch.FeaturePatching} replaces codes by those of a counterfactual prompt and keeps the reconstruction
 * error; {@link dev.assay.intervene.patch.PatchLadder} selects features greedily. {@link dev.assay.intervene.patch.AblationGraph} and
 * {@link dev.assay.intervene.patch.CausalTree} measure the effect of removed features.
 */
package dev.assay.intervene.patch;
