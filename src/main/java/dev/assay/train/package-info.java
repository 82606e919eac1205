/**
 * Making dictionaries: losses with closed-form gradients, the optimizer, dead latents, the loop, checkpoints that resume exactly.
 *
 * <p>The way of a batch: {@link dev.assay.train.SaeTrainer} → {@code TrainingLoop} → {@code TrainingState.step} →
 * {@code TopKObjective} → {@code SparseEngine} → {@link dev.assay.tensor.Aten}.
 */
package dev.assay.train;
