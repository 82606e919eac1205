package dev.assay.train.internal.run;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.AtomicFiles;
import dev.assay.provenance.Provenance;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.TrainingPlan;
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
 * The checkpoints in a run's folder: the newest few as {@code step-N.safetensors} and, by a metric, the best of all as
 * {@code best.safetensors}. Only states of which a checkpoint is written are compared.
 */
public final class CheckpointKeeper {
    private static final System.Logger LOG = System.getLogger(CheckpointKeeper.class.getName());
    private static final String PREFIX = "step-";
    private static final String SUFFIX = ".safetensors";
    private static final String DAMAGED = ".damaged";

    private final Path folder;
    private final int kept;
    private final BestCheckpoint bestBy; // null for none
    private double best = Double.NaN; // NaN while there is none

    /**
     * Takes charge of a folder.
     *
     * @param folder made when something is saved
     * @param kept how many of the newest stay
     * @param bestBy what makes a state the best; null where none is kept
     */
    CheckpointKeeper(Path folder, int kept, BestCheckpoint bestBy) {
        this.folder = folder;
        this.kept = kept;
        this.bestBy = bestBy;
    }

    /**
     * Looks for a best checkpoint that an earlier part of the run has left.
     *
     * @param plan of the run
     * @param source where its activations are from
     * @throws InvalidInputException when the file is of another run
     */
    void findBest(TrainingPlan plan, Provenance source) throws IOException {
        if (bestBy == null || !Files.exists(best())) {
            return;
        }
        Optional<InvalidInputException> damage = damage(best());
        if (damage.isPresent()) {
            LOG.log(Level.WARNING, damage.get().getMessage() + "; the next checkpoint takes its place");
            return;
        }
        TrainingCheckpoints.Header header = TrainingCheckpoints.header(best());
        TrainingCheckpoints.requireSameRun(best(), header, plan, source);
        best = header.metrics().getOrDefault(bestBy.metric(), Double.NaN).doubleValue();
    }

    /** Where the best checkpoint is when there is one. */
    public Path best() {
        return folder.resolve("best" + SUFFIX);
    }

    /** Refuses a run whose metrics lack the one that decides which state is the best. */
    void check(Map<String, ? extends Number> metrics) {
        if (bestBy != null) {
            bestBy.valueOf(metrics);
        }
    }

    /**
     * Writes a checkpoint, and deletes the oldest when there are too many.
     *
     * @param run what it is of
     * @param metrics of its last step; when there are none, it is not compared with the best
     */
    void save(TrainingCheckpoints.RunningState run, Map<String, ? extends Number> metrics) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(PREFIX + String.format("%010d", run.state().stepsTaken()) + SUFFIX);
        if (bestBy != null && !metrics.isEmpty() && bestBy.isBetter(bestBy.valueOf(metrics), best)) {
            // The best one first: a run that is killed in between comes by this state again.
            TrainingCheckpoints.write(best(), run, metrics);
            AtomicFiles.link(best(), file);
            best = bestBy.valueOf(metrics);
        } else {
            TrainingCheckpoints.write(file, run, metrics);
        }
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            Files.delete(old);
        }
        sweep();
    }

    /** Deletes what a killed process had written of a checkpoint. */
    private void sweep() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path remains : files.filter(AtomicFiles::isTemporary).toList()) {
                Files.delete(remains);
            }
        }
    }

    /**
     * Returns the newest checkpoint that is whole. Newer ones, which something has damaged, are set aside with a warning, and the run
     * goes on from an earlier step.
     *
     * @return a file, or nothing when there is no checkpoint
     * @throws InvalidInputException when there are checkpoints and none is whole
     */
    Optional<Path> newest() throws IOException {
        Deque<InvalidInputException> damages = new ArrayDeque<>();
        Deque<Path> damaged = new ArrayDeque<>();
        List<Path> all = list();
        for (int i = all.size() - 1; i >= 0; i--) {
            Optional<InvalidInputException> damage = damage(all.get(i));
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

    private static Optional<InvalidInputException> damage(Path file) throws IOException {
        try (Safetensors whole = Safetensors.open(file)) {
            return Optional.empty();
        } catch (InvalidInputException damage) {
            return Optional.of(damage);
        }
    }

    private static void setAside(Path file, InvalidInputException damage, Path instead) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.log(
                Level.WARNING,
                damage.getMessage() + "; the run goes on from " + instead.getFileName()
                        + ", and the damaged file is now " + aside.getFileName());
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
