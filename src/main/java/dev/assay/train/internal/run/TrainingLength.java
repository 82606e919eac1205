package dev.assay.train.internal.run;

/**
 * The length of a run, shared by all of its members.
 *
 * @param tokens activations to train on
 * @param batch activations per step
 */
public record TrainingLength(long tokens, int batch) {
    long steps() {
        return tokens / batch;
    }
}
