package dev.assay.train.internal.run;

import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepOutcome;

/** One dictionary of a run. A member that stops is replaced by a {@link StoppedMember}; the others continue. */
public sealed interface Member permits RunningMember, StoppedMember {
    SweepMember member();

    /** The record of this member in a checkpoint of a sweep. */
    MemberProgress progress();

    /** Builds the dictionary; the caller closes it. A stopped member throws its failure. */
    SparseAutoencoder dictionary();

    SweepOutcome outcome();
}
