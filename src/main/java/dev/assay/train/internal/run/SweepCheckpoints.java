package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.AtomicFolder;
import dev.assay.provenance.Provenance;
import dev.assay.train.plan.SweepMember;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checkpoints of a sweep, each one folder {@code step-N} that is moved into place whole: {@code buffer.safetensors} with the pool of
 * the shuffling buffer and, as JSON in its metadata, the progress of each member; and the state of every running member as
 * {@code NAME.safetensors}. The last state of a member that stopped is {@code stopped.safetensors} in its own folder, written before
 * the checkpoint that records the failure. The best state of a member is {@code checkpoints/best.safetensors} in its own folder.
 */
public final class SweepCheckpoints implements CheckpointStore {
    private static final System.Logger LOG = System.getLogger(SweepCheckpoints.class.getName());
    private static final String PREFIX = "step-";
    private static final String BUFFER = "buffer.safetensors";
    private static final String SUFFIX = ".safetensors";
    private static final String STOPPED = "stopped.safetensors";

    private final Path output;
    private final Path folder;
    private final int kept;

    /**
     * Uses the output folder of a sweep.
     *
     * @param output created when something is saved
     * @param kept the number of newest checkpoints to keep
     */
    public SweepCheckpoints(Path output, int kept) {
        this.output = output;
        this.folder = output.resolve("checkpoints");
        this.kept = kept;
    }

    /**
     * The metadata of a checkpoint.
     *
     * @param source of the activations
     * @param steps taken by the running members
     * @param members the progress of all members, in their order
     * @param buffer the position of the shuffling buffer
     */
    record Header(JsonNode source, long steps, List<MemberProgress> members, ActivationBuffer.State buffer) {}

    @Override
    public Optional<StoredRun> newest(Provenance source, List<SweepMember> members) throws IOException {
        if (Files.isDirectory(folder)) {
            AtomicFolder.sweep(folder);
        }
        Optional<Path> newest = newestIntact(list());
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        Path checkpoint = newest.get();
        Header header = header(checkpoint, source, members);
        return Optional.of(new StoredRun(
                header.steps(),
                checkpoint.resolve(BUFFER),
                header.buffer(),
                header.members(),
                name -> checkpoint.resolve(name + SUFFIX)));
    }

    /** Returns the newest checkpoint that is not damaged. Damaged newer ones are renamed with a warning. */
    private static Optional<Path> newestIntact(List<Path> oldestFirst) throws IOException {
        Map<Path, InvalidInputException> damaged = new LinkedHashMap<>();
        for (int i = oldestFirst.size() - 1; i >= 0; i--) {
            Path checkpoint = oldestFirst.get(i);
            Optional<InvalidInputException> damage = damage(checkpoint);
            if (damage.isEmpty()) {
                for (Map.Entry<Path, InvalidInputException> aside : damaged.entrySet()) {
                    Path renamed = aside.getKey().resolveSibling(aside.getKey().getFileName() + ".damaged");
                    Files.move(aside.getKey(), renamed);
                    LOG.log(
                            Level.WARNING,
                            aside.getValue().getMessage() + "; the sweep resumes from " + checkpoint.getFileName()
                                    + ", and the damaged folder is renamed to " + renamed.getFileName());
                }
                return Optional.of(checkpoint);
            }
            damaged.put(checkpoint, damage.get());
        }
        if (!damaged.isEmpty()) {
            throw damaged.values().iterator().next();
        }
        return Optional.empty();
    }

    private static Optional<InvalidInputException> damage(Path checkpoint) throws IOException {
        List<Path> files;
        try (Stream<Path> listed = Files.list(checkpoint)) {
            files = listed.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            Optional<InvalidInputException> damage = BestCheckpointFile.damage(file);
            if (damage.isPresent()) {
                return damage;
            }
        }
        return Optional.empty();
    }

    /** Reads the metadata of a checkpoint, and refuses one of other members or activations. */
    private static Header header(Path checkpoint, Provenance source, List<SweepMember> members) throws IOException {
        Path file = checkpoint.resolve(BUFFER);
        try (Safetensors stored = Safetensors.open(file)) {
            Header header = TrainingCheckpoints.metadata(stored, Header.class);
            TrainingCheckpoints.requireSameSource(file, header.source(), source);
            String found = header.members().stream().map(MemberProgress::name).collect(Collectors.joining(", "));
            String asked = members.stream().map(SweepMember::name).collect(Collectors.joining(", "));
            InvalidInputException.require(
                    found.equals(asked),
                    () -> file + ": the members are " + found + " in this sweep, " + asked + " were asked for"
                            + TrainingCheckpoints.ADVICE);
            return header;
        }
    }

    @Override
    public void save(Snapshot run) throws IOException {
        for (RunningMember member : run.running()) {
            if (member.best().isBest(member.metrics())) {
                member.best().save(member.stateAlone(), member.metrics());
            }
        }
        Files.createDirectories(folder);
        Header header = new Header(
                run.source().toJson(),
                run.steps(),
                run.members().stream().map(Member::progress).toList(),
                run.buffer().state());
        AtomicFolder.write(folder.resolve(PREFIX + String.format("%010d", run.steps())), partial -> {
            TrainingCheckpoints.writePool(partial.resolve(BUFFER), run.buffer().pool(), header);
            for (RunningMember member : run.running()) {
                Path file = partial.resolve(member.member().name() + SUFFIX);
                TrainingCheckpoints.write(file, member.stateAlone(), Map.of());
            }
        });
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            AtomicFolder.delete(old);
        }
        AtomicFolder.sweep(folder);
    }

    @Override
    public void saveRefused(Snapshot run, RunningMember member, NDArray batch) throws IOException {
        saveStopped(member, member.stateAlone().refusing(batch));
    }

    @Override
    public void saveFailed(RunningMember member) throws IOException {
        saveStopped(member, member.stateAlone());
    }

    private void saveStopped(RunningMember member, TrainingCheckpoints.RunningState state) throws IOException {
        Path stopped = output.resolve(member.member().name()).resolve(STOPPED);
        Files.createDirectories(stopped.getParent());
        TrainingCheckpoints.write(stopped, state, Map.of());
    }

    private List<Path> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().matches(PREFIX + "\\d+"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }
}
