package dev.assay.train.internal.run;

/**
 * The training length shared by all members of a sweep.
 *
 * @param tokens activations to train on
 * @param batch activations per step
 */
public record SweepTokens(long tokens, int batch) {}
