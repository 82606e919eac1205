package dev.assay.train.plan;

import dev.assay.sae.SparseAutoencoder;
import java.util.Optional;

/**
 * What became of a member of a sweep.
 *
 * @param member the member
 * @param dictionary what was trained; empty where training stopped early
 * @param failure why it stopped, in a sentence; empty where it did not
 * @param steps taken
 * @param seconds spent on its steps alone
 */
public record SweepOutcome(
        SweepMember member,
        Optional<SparseAutoencoder> dictionary,
        Optional<String> failure,
        long steps,
        double seconds) {}
