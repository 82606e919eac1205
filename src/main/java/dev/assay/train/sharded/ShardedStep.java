package dev.assay.train.sharded;

import dev.assay.train.collective.Traffic;

/**
 * A step of a {@link ShardedTrainer}.
 *
 * @param step counted from 1
 * @param loss of the batch, before the update
 * @param squaredError mean squared error of the reconstruction, summed over dimensions
 * @param l0 active latents per row
 * @param dead number of dead latents
 * @param traffic the messages of the step
 * @param seconds wall-clock time of the step in this process
 */
public record ShardedStep(
        long step, double loss, double squaredError, double l0, long dead, Traffic traffic, double seconds) {}
