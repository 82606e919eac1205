package dev.assay.train.internal.run;

import dev.assay.train.internal.step.ActivationScale;

/**
 * The progress of a member, as stored in the header of a sweep's checkpoint.
 *
 * @param name of the member
 * @param failure the reason why it stopped, or null while it runs
 * @param steps taken
 * @param scale of its activations; null for a member that stopped before it was measured
 * @param seconds spent on its steps
 */
record MemberProgress(String name, String failure, long steps, ActivationScale scale, double seconds) {}
