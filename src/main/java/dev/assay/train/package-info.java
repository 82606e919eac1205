/**
 * Training of dictionaries: {@link dev.assay.train.SaeTrainer} trains one dictionary, {@link dev.assay.train.SaeSweep} many on one
 * stream of activations, with the same options and the same loop.
 *
 * <p>The path of a batch: {@code SaeTrainer} → {@code TrainingLoop} → {@code RunningMember} → {@code TrainingState.step} → the
 * objective of the method → {@link dev.assay.tensor.Aten}.
 */
package dev.assay.train;
