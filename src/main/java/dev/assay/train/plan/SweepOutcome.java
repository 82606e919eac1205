package dev.assay.train.plan;

import dev.assay.sae.SparseAutoencoder;
import java.util.Optional;

/**
 * The outcome of one member of a sweep.
 *
 * @param member the member
 * @param dictionary the trained dictionary; empty when training stopped early
 * @param failure the reason why it stopped, in one sentence; empty when it did not
 * @param steps steps taken
 * @param seconds time spent on its own steps
 */
public record SweepOutcome(
        SweepMember member,
        Optional<SparseAutoencoder> dictionary,
        Optional<String> failure,
        long steps,
        double seconds) {}
