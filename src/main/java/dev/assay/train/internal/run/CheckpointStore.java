package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationBuffer;
import dev.assay.provenance.Provenance;
import dev.assay.train.plan.SweepMember;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The layout of checkpoints in an output folder: {@link RunCheckpoints} of a single run, {@link SweepCheckpoints} of a sweep. */
public interface CheckpointStore {
    /** Writes and finds nothing. */
    CheckpointStore NONE = new CheckpointStore() {
        @Override
        public Optional<StoredRun> newest(Provenance source, List<SweepMember> members) {
            return Optional.empty();
        }

        @Override
        public void save(Snapshot run) {}

        @Override
        public void saveRefused(Snapshot run, RunningMember member, NDArray batch) {}

        @Override
        public void saveFailed(RunningMember member) {}
    };

    /**
     * A run between two steps.
     *
     * @param steps taken
     * @param source of the activations
     * @param members all members, in their order
     * @param buffer the shuffling buffer
     */
    record Snapshot(long steps, Provenance source, List<Member> members, ActivationBuffer buffer) {
        List<RunningMember> running() {
            return members.stream()
                    .filter(RunningMember.class::isInstance)
                    .map(RunningMember.class::cast)
                    .toList();
        }
    }

    /**
     * A checkpoint that was found.
     *
     * @param steps taken
     * @param bufferFile holds the pool of the shuffling buffer
     * @param buffer the position of the shuffling buffer
     * @param members the progress of each member, in their order
     * @param memberFile returns the file with the state of a running member
     */
    record StoredRun(
            long steps,
            Path bufferFile,
            ActivationBuffer.State buffer,
            List<MemberProgress> members,
            Function<String, Path> memberFile) {}

    /**
     * Finds the newest checkpoint.
     *
     * @param source of the activations
     * @param members of the run, in their order
     * @return nothing when there is no checkpoint
     * @throws dev.assay.InvalidInputException when it is of another run
     */
    Optional<StoredRun> newest(Provenance source, List<SweepMember> members) throws IOException;

    /** Writes a checkpoint, deletes the oldest ones, and keeps the best state of each member. */
    void save(Snapshot run) throws IOException;

    /**
     * Saves a member whose step was refused for a number that is not finite.
     *
     * @param run before the step
     * @param member its state before the step
     * @param batch the scaled batch of the refused step, [batch, width]
     */
    void saveRefused(Snapshot run, RunningMember member, NDArray batch) throws IOException;

    /** Saves a member that stopped for any other reason. */
    void saveFailed(RunningMember member) throws IOException;
}
