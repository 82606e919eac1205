package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.evaluate.sweep.ParetoPlot;
import dev.assay.evaluate.sweep.SweepEvaluation;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.Provenance;
import dev.assay.run.RunDescription;
import dev.assay.run.RunWriter;
import dev.assay.run.SourceModel;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.train.SaeSweep;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay sweep}: trains many dictionaries in one pass, then writes a table and a plot of all. */
@Command(
        name = "sweep",
        description =
                "Trains many dictionaries on one stream of activations, and compares them. Rerun the same command to resume an"
                        + " interrupted sweep. Exits with 1 when a member stopped early.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SweepCommand implements Callable<Integer> {
    static final String FILE = "sweep.json";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "the sweep, in YAML or JSON (docs/sweeps.md)")
    private Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "folder of the table, the plot and one folder per dictionary")
    private Path out;

    @Option(names = "--json", description = "print the table as one JSON object")
    private boolean json;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        SweepFile plan = SweepFile.read(file);
        if (plan.activations() != null) {
            return onStore(plan);
        }
        return SourceModel.isExported(plan.run().model()) ? onExportedModel(plan) : onModel(plan);
    }

    private int onStore(SweepFile plan) throws IOException {
        refuseEvaluation(plan);
        ActivationStore store = ActivationStore.open(plan.activations());
        List<String> sites = plan.sites().isEmpty() ? store.sites() : plan.sites();
        ActivationSource source = store.source(sites).seed(plan.seed()).device(place.device());
        RunDescription run = RunDescription.of(store, sites);
        return train(
                plan,
                run,
                SaeSweep.of(source),
                source,
                result -> SweepEvaluation.run(source, result, plan.evaluationTokens()));
    }

    private int onExportedModel(SweepFile plan) throws IOException {
        refuseEvaluation(plan);
        try (SourceModel model = SourceModel.open(plan.run(), plan.sites(), place.device())) {
            RunDescription run = resolved(plan, model.tokenizer());
            ModelActivationSource source = model.source(run.corpus(model.tokenizer()));
            return train(
                    plan,
                    run,
                    SaeSweep.of(source),
                    source,
                    result -> SweepEvaluation.run(source.split(Split.HELD_OUT), result, plan.evaluationTokens()));
        }
    }

    /** Chooses whether contexts start with BOS, and prints it. */
    private RunDescription resolved(SweepFile plan, Tokenizer tokenizer) throws IOException {
        RunDescription resolved = plan.run().resolved(tokenizer, out);
        PrintWriter print =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        print.println(resolved.contexts(tokenizer));
        return resolved;
    }

    private void refuseEvaluation(SweepFile plan) {
        InvalidInputException.require(
                !HeldOut.isAsked(plan.options()),
                () -> file
                        + ": evaluate_every is set, expected it with a model that can be edited: it measures the loss"
                        + " of the model on held-out text");
    }

    private int onModel(SweepFile plan) throws IOException {
        List<HookPoint> points = plan.sites().stream().map(HookPoint::parse).toList();
        try (HookedTransformer model = SourceModel.whole(plan.run(), place.device())) {
            RunDescription run = resolved(plan, model.tokenizer());
            Corpus corpus = run.corpus(model.tokenizer());
            ModelActivationSource source = ActivationSource.of(model, points, corpus);
            SaeSweep sweep = SaeSweep.of(source);
            if (HeldOut.isAsked(plan.options())) {
                HeldOut.addTo(sweep, plan.options(), plan.evaluationTokens(), model, corpus);
            }
            return train(
                    plan,
                    run,
                    sweep,
                    source,
                    result -> SweepEvaluation.run(model, corpus, result, plan.evaluationTokens()));
        }
    }

    private interface Measurement {
        List<SweepRow> of(SweepResult result) throws IOException;
    }

    private int train(
            SweepFile plan, RunDescription run, SaeSweep sweep, ActivationSource source, Measurement measurement)
            throws IOException {
        sweep.tokens(plan.tokens())
                .batchSize(plan.batch())
                .shuffleSeed(plan.seed())
                .output(out)
                .options(plan.options());
        Set<String> keepBest = new HashSet<>();
        for (SweepGrid grid : plan.grids()) {
            List<String> names = grid.addTo(sweep, source.sites());
            if (grid.keepsBest()) {
                keepBest.addAll(names);
            }
        }
        sweep.members(); // shared options are checked before the folder is touched
        return InterruptibleTraining.run(out, spec.commandLine().getErr(), (stop, notice) -> {
            run.write(out);
            sweep.stopWhen(stop).listener(notice);
            try (SweepResult result = sweep.train(trained -> save(sweep, run, trained, keepBest))) {
                return report(plan, source, result, measurement);
            }
        });
    }

    private void save(SaeSweep sweep, RunDescription run, SweepResult result, Set<String> keepBest) throws IOException {
        for (SweepOutcome outcome : result.outcomes()) {
            if (outcome.dictionary().isPresent()) {
                String name = outcome.member().name();
                RunWriter writer = RunWriter.afterTraining(
                        out.resolve(name), run.at(outcome.member().sites().names()));
                writer.write(outcome.dictionary().get());
                if (keepBest.contains(name) && !sweep.hasBest(name)) {
                    spec.commandLine()
                            .getErr()
                            .println("assay: warning: " + name + " has no best checkpoint: the metric of best_by had"
                                    + " no finite value at any checkpoint");
                } else if (keepBest.contains(name)) {
                    try (SparseAutoencoder best = sweep.best(name)) {
                        writer.writeBest(best);
                    }
                }
            }
        }
    }

    private int report(SweepFile plan, ActivationSource source, SweepResult result, Measurement measurement)
            throws IOException {
        Provenance provenance = source.provenance();
        provenance =
                provenance.withText(provenance.text().withTokens(plan.tokens())).withSeed("shuffle", plan.seed());
        report(new SweepTable(measurement.of(result)), provenance);
        return result.failures().isEmpty() ? 0 : 1;
    }

    private void report(SweepTable table, Provenance provenance) throws IOException {
        ObjectNode node = Json.mapper().valueToTree(table);
        node.set(Provenance.FIELD, provenance.toJson());
        AtomicFiles.writeString(out.resolve(FILE), Json.pretty(node));
        PrintWriter print = spec.commandLine().getOut();
        print.print(json ? Json.pretty(node) : table.toText());
        print.flush();
        PrintWriter errors = spec.commandLine().getErr();
        try {
            ParetoPlot plot = ParetoPlot.of(
                    table, out.toAbsolutePath().normalize().getFileName().toString());
            plot.writePng(out.resolve("pareto.png"));
            plot.writeHtml(out.resolve("pareto.html"));
        } catch (IOException | RuntimeException failure) {
            errors.println("assay: the plot of the sweep cannot be written: " + failure.getMessage());
        }
        table.rows().stream()
                .filter(row -> row.failure() != null)
                .forEach(row -> errors.println("assay: " + row.name() + " stopped: " + row.failure()));
        errors.flush();
    }
}
