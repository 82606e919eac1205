/**
 * Training of one dictionary whose latents are divided among workers. {@link dev.assay.train.sharded.ShardedTrainer} simulates the workers as
 * threads of one process; {@link dev.assay.train.sharded.StepTraffic} computes the bytes that they send.
 */
package dev.assay.train.sharded;
