/** Every number: how well a dictionary reconstructs, what the model loses by it, what its latents know, beside baselines. */
package dev.assay.evaluate;
