package dev.assay.run.sweep;

import dev.assay.activation.ActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.evaluate.sweep.SweepEvaluation;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.run.RunDescription;
import dev.assay.run.RunWriter;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeSweep;
import dev.assay.train.TrainerOption;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Training of members of a sweep file, with a folder for each dictionary, and their evaluation. Any selection of members has the same
 * dictionaries and the same rows in the table as the whole sweep, bit for bit, except for the seconds.
 */
public final class SweepRun {
    private final SweepFile plan;
    private final RunDescription run;
    private final SaeSweep sweep;
    private final ActivationSource source;
    private final Path out;
    private final List<PlannedMember> members;

    /** Computes the rows of the table for trained members. */
    @FunctionalInterface
    public interface Measurement {
        /**
         * Evaluates dictionaries.
         *
         * @param result the trained members
         * @return one row per member
         * @throws IOException if text or activations cannot be read
         */
        List<SweepRow> of(SweepResult result) throws IOException;
    }

    private SweepRun(
            SweepFile plan,
            RunDescription run,
            SaeSweep sweep,
            ActivationSource source,
            Path out,
            List<PlannedMember> members) {
        this.plan = plan;
        this.run = run;
        this.sweep = sweep;
        this.source = source;
        this.out = out;
        this.members = members;
    }

    /**
     * Prepares all members of a sweep.
     *
     * @param plan the sweep
     * @param run the model, the sites and the text of the activations
     * @param source the activations
     * @param out the folder of the sweep
     * @return the run
     * @throws dev.assay.InvalidInputException if a member's sites are not in the source
     */
    public static SweepRun of(SweepFile plan, RunDescription run, ActivationSource source, Path out) {
        return of(plan, run, source, out, plan.members(source.sites()));
    }

    /**
     * Prepares some members of a sweep.
     *
     * @param plan the sweep
     * @param run the model, the sites and the text of the activations
     * @param source the activations of all sites of the sweep
     * @param out the folder of these members
     * @param members the members to train, of {@link SweepFile#members}
     * @return the run
     * @throws dev.assay.InvalidInputException if a member's sites are not in the source
     */
    public static SweepRun of(
            SweepFile plan, RunDescription run, ActivationSource source, Path out, List<PlannedMember> members) {
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(plan.tokens())
                .batchSize(plan.batch())
                .shuffleSeed(plan.seed())
                .output(out)
                .options(plan.options());
        members.forEach(member -> sweep.member(member.name(), member.sites(), member.trainer()));
        return new SweepRun(plan, run, sweep, source, out, List.copyOf(members));
    }

    /** {@return the training, to add settings such as an evaluation on held-out text} */
    public SaeSweep sweep() {
        return sweep;
    }

    /**
     * Trains the members, writes a folder for each dictionary, and evaluates them.
     *
     * @param stop checked after each step; true ends training after a checkpoint
     * @param listener receives the metrics
     * @param measurement computes the rows of the table
     * @param warnings receives a sentence for each member without a best checkpoint
     * @return one row per member, in the order of the members
     * @throws IOException if activations cannot be read, or a file cannot be written
     * @throws dev.assay.train.plan.TrainingInterruptedException if training was stopped
     */
    public List<SweepRow> train(
            BooleanSupplier stop, TrainingListener listener, Measurement measurement, Consumer<String> warnings)
            throws IOException {
        sweep.members(); // shared options are checked before the folder is touched
        run.write(out);
        sweep.stopWhen(stop).listener(listener);
        try (SweepResult result = sweep.train(trained -> save(trained, warnings))) {
            return measurement.of(result);
        }
    }

    private void save(SweepResult result, Consumer<String> warnings) throws IOException {
        Set<String> keepBest = members.stream()
                .filter(PlannedMember::keepsBest)
                .map(PlannedMember::name)
                .collect(Collectors.toSet());
        for (SweepOutcome outcome : result.outcomes()) {
            if (outcome.dictionary().isPresent()) {
                String name = outcome.member().name();
                RunWriter writer = RunWriter.afterTraining(
                        out.resolve(name), run.at(outcome.member().sites().names()));
                writer.write(outcome.dictionary().get());
                if (keepBest.contains(name) && !sweep.hasBest(name)) {
                    warnings.accept(name + " has no best checkpoint: the metric of best_by had no finite value at any"
                            + " checkpoint");
                } else if (keepBest.contains(name)) {
                    try (SparseAutoencoder best = sweep.best(name)) {
                        writer.writeBest(best);
                    }
                }
            }
        }
    }

    /**
     * Returns the evaluation on the activations themselves, without a model. Tokens that training left out at any site of the sweep are
     * left out for every member.
     *
     * @return the measurement
     */
    public Measurement onActivations() {
        return result -> SweepEvaluation.run(bounded(), result, plan.evaluationTokens());
    }

    /** The bounds of all sites apply, whichever members are trained here. */
    private ActivationSource bounded() throws IOException {
        String ratio = plan.options().value(TrainerOption.MAX_NORM_RATIO).orElse("");
        ActivationSource all = ratio.isEmpty() ? source : NormBoundedSource.ofRatio(source, Double.parseDouble(ratio));
        Map<String, Double> bounds =
                new TreeMap<>(all.provenance().text().leftOut().largestNorms());
        Set<String> read = new TreeSet<>();
        plan.members(source.sites()).forEach(member -> read.add(member.sites().get(0)));
        bounds.keySet().retainAll(read);
        return NormBoundedSource.of(source, bounds);
    }
}
