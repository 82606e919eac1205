package dev.assay.train.internal.run;

import dev.assay.InvalidInputException;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepOutcome;
import java.util.Optional;

/**
 * A member that stopped before its end, or was refused before its first step.
 *
 * @param member the member
 * @param progress up to the failure
 * @param reason the failure itself
 */
record StoppedMember(SweepMember member, MemberProgress progress, RuntimeException reason) implements Member {
    /** A member that was refused before its first step. */
    static StoppedMember refused(SweepMember member, RuntimeException reason) {
        return new StoppedMember(member, new MemberProgress(member.name(), message(reason), 0, null, 0), reason);
    }

    /** A member that a checkpoint records as stopped. */
    static StoppedMember recorded(SweepMember member, MemberProgress progress) {
        return new StoppedMember(member, progress, new InvalidInputException(progress.failure()));
    }

    /** The failure as one sentence: of an engine error, the last line, which names the cause. */
    static String message(RuntimeException reason) {
        if (reason instanceof InvalidInputException) {
            return reason.getMessage();
        }
        return "PyTorch: "
                + String.valueOf(reason.getMessage())
                        .lines()
                        .filter(line -> !line.isBlank())
                        .reduce((earlier, later) -> later)
                        .orElse("no reason given");
    }

    @Override
    public SparseAutoencoder dictionary() {
        throw reason;
    }

    @Override
    public SweepOutcome outcome() {
        return new SweepOutcome(
                member, Optional.empty(), Optional.of(progress.failure()), progress.steps(), progress.seconds());
    }
}
