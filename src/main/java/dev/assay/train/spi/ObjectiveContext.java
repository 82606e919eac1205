package dev.assay.train.spi;

import ai.djl.ndarray.NDManager;

/**
 * The run that an objective is created for.
 *
 * @param manager owner of the arrays that an objective keeps from step to step
 * @param dSae the number of latents
 * @param batchSize the rows per step
 */
public record ObjectiveContext(NDManager manager, int dSae, int batchSize) {}
