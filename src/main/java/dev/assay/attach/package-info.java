/**
 * A dictionary attached to a model: site lookup, token masks, prompts, splicing and next-token losses, shared by evaluation, interventions,
 * attribution and feature inspection.
 */
package dev.assay.attach;
