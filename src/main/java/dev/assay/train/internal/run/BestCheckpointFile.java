package dev.assay.train.internal.run;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.provenance.Provenance;
import dev.assay.train.metrics.MetricNames;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The best checkpoint of one member, by a metric. Only states of which a checkpoint is written are compared. */
public final class BestCheckpointFile {
    private static final System.Logger LOG = System.getLogger(BestCheckpointFile.class.getName());

    private final Path file;
    private final Optional<BestCheckpoint> rule;
    private double best = Double.NaN; // NaN before the first one

    private BestCheckpointFile(Path file, Optional<BestCheckpoint> rule) {
        this.file = file;
        this.rule = rule;
    }

    /** Keeps no best checkpoint. */
    public static BestCheckpointFile none() {
        return new BestCheckpointFile(Path.of(""), Optional.empty());
    }

    /**
     * Keeps the best checkpoint of a folder of checkpoints.
     *
     * @param folder created when something is saved
     * @param rule the metric and its direction
     */
    public static BestCheckpointFile in(Path folder, BestCheckpoint rule) {
        return new BestCheckpointFile(path(folder), Optional.of(rule));
    }

    /** The file in a folder of checkpoints. */
    public static Path path(Path folder) {
        return folder.resolve("best.safetensors");
    }

    /**
     * Reads the value of a best checkpoint that an earlier part of the run has written.
     *
     * @param plan of the run
     * @param source of its activations
     * @throws InvalidInputException when the file is of another run
     */
    void resume(TrainingPlan plan, Provenance source) throws IOException {
        if (rule.isEmpty() || !Files.exists(file)) {
            return;
        }
        Optional<InvalidInputException> damage = damage(file);
        if (damage.isPresent()) {
            LOG.log(Level.WARNING, damage.get().getMessage() + "; the next checkpoint takes its place");
            return;
        }
        TrainingCheckpoints.Header header = TrainingCheckpoints.header(file);
        TrainingCheckpoints.requireSameRun(file, header, plan, source);
        best = header.metrics().getOrDefault(rule.get().metric(), Double.NaN).doubleValue();
    }

    /** The reason why a file cannot be read, if there is one. */
    static Optional<InvalidInputException> damage(Path file) throws IOException {
        try (Safetensors whole = Safetensors.open(file)) {
            whole.requireIntact();
            return Optional.empty();
        } catch (InvalidInputException damage) {
            return Optional.of(damage);
        }
    }

    /** Whether the metric is measured on held-out data; then a checkpoint is due after each evaluation. */
    boolean needsEvaluation() {
        return rule.isPresent() && rule.get().metric().startsWith(MetricNames.EVALUATION);
    }

    /** Refuses a metric that the run does not have. */
    void check(Map<String, ? extends Number> metrics, boolean evaluated) {
        if (rule.isPresent() && (evaluated || !needsEvaluation())) {
            rule.get().valueOf(metrics);
        }
    }

    /** Returns whether a state with these metrics is better than all before. */
    boolean isBest(Map<String, ? extends Number> metrics) {
        return rule.isPresent()
                && metrics.containsKey(rule.get().metric())
                && rule.get().isBetter(rule.get().valueOf(metrics), best);
    }

    /** Writes the best checkpoint. */
    void save(TrainingCheckpoints.RunningState run, Map<String, ? extends Number> metrics) throws IOException {
        Files.createDirectories(file.getParent());
        TrainingCheckpoints.write(file, run, metrics);
        best = rule.orElseThrow().valueOf(metrics);
    }

    Path file() {
        return file;
    }
}
