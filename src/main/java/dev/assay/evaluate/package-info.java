/**
 * Evaluation of dictionaries: reconstruction metrics, the change of the model's loss, concept scores of latents, and comparison with
 * baselines.
 */
package dev.assay.evaluate;
