package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.TemporaryNames;
import dev.assay.provenance.Provenance;
import dev.assay.train.plan.SweepMember;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checkpoints of a single run, each one file {@code step-N.safetensors} with the state of the member and the shuffling buffer. The best
 * checkpoint {@code best.safetensors} is a file of the same content.
 */
public final class RunCheckpoints implements CheckpointStore {
    private static final System.Logger LOG = System.getLogger(RunCheckpoints.class.getName());
    private static final String PREFIX = "step-";
    private static final String SUFFIX = ".safetensors";
    private static final String DAMAGED = ".damaged";

    private final Path folder;
    private final int kept;

    /**
     * Uses a folder.
     *
     * @param folder created when something is saved
     * @param kept the number of newest checkpoints to keep
     */
    public RunCheckpoints(Path folder, int kept) {
        this.folder = folder;
        this.kept = kept;
    }

    @Override
    public Optional<StoredRun> newest(Provenance source, List<SweepMember> members) throws IOException {
        Optional<Path> newest = newest();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        Path file = newest.get();
        TrainingCheckpoints.Header header = TrainingCheckpoints.header(file);
        MemberProgress progress = new MemberProgress(members.get(0).name(), null, header.steps(), header.scale(), 0);
        return Optional.of(new StoredRun(header.steps(), file, header.buffer(), List.of(progress), name -> file));
    }

    @Override
    public void save(Snapshot run) throws IOException {
        for (RunningMember member : run.running()) {
            Path file = file(run.steps());
            TrainingCheckpoints.RunningState state = member.stateWith(run.buffer());
            if (member.best().isBest(member.metrics())) {
                // The best one first: a run that is killed in between reaches this state again.
                member.best().save(state, member.metrics());
                AtomicFiles.link(member.best().file(), file);
            } else {
                write(file, state, member.metrics());
            }
            deleteOld();
        }
    }

    @Override
    public void saveRefused(Snapshot run, RunningMember member, NDArray batch) throws IOException {
        if (member.steps() > 0) {
            write(file(member.steps()), member.stateWith(run.buffer()).refusing(batch), Map.of());
            deleteOld();
        }
    }

    /** Writes nothing: the step may be half done, and the last checkpoint is whole. */
    @Override
    public void saveFailed(RunningMember member) {}

    private Path file(long step) {
        return folder.resolve(PREFIX + String.format("%010d", step) + SUFFIX);
    }

    private void write(Path file, TrainingCheckpoints.RunningState state, Map<String, Number> metrics)
            throws IOException {
        Files.createDirectories(folder);
        TrainingCheckpoints.write(file, state, metrics);
    }

    /** Deletes the oldest checkpoints, and partial files of a killed process. */
    private void deleteOld() throws IOException {
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            Files.delete(old);
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (TemporaryNames.isTemporary(file)) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * Returns the newest checkpoint that is whole. Newer damaged ones are renamed with a warning, and the run resumes from an earlier
     * step.
     *
     * @return a file, or nothing when there is no checkpoint
     * @throws InvalidInputException when there are checkpoints and none is whole
     */
    private Optional<Path> newest() throws IOException {
        Deque<InvalidInputException> damages = new ArrayDeque<>();
        Deque<Path> damaged = new ArrayDeque<>();
        List<Path> all = list();
        for (int i = all.size() - 1; i >= 0; i--) {
            Optional<InvalidInputException> damage = BestCheckpointFile.damage(all.get(i));
            if (damage.isEmpty()) {
                while (!damaged.isEmpty()) {
                    setAside(damaged.pop(), damages.pop(), all.get(i));
                }
                return Optional.of(all.get(i));
            }
            damaged.add(all.get(i));
            damages.add(damage.get());
        }
        if (!damages.isEmpty()) {
            throw damages.getFirst();
        }
        return Optional.empty();
    }

    private static void setAside(Path file, InvalidInputException damage, Path instead) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.log(
                Level.WARNING,
                damage.getMessage() + "; the run resumes from " + instead.getFileName()
                        + ", and the damaged file is renamed to " + aside.getFileName());
    }

    /** The checkpoints by step, oldest first. */
    private List<Path> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(PREFIX) && name.endsWith(SUFFIX) && Files.isRegularFile(file);
                    })
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }
}
