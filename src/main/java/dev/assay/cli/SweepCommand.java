package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.evaluate.sweep.SweepEvaluation;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.run.sweep.SweepFile;
import dev.assay.run.sweep.SweepFolder;
import dev.assay.run.sweep.SweepRun;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
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
        ActivationStore store = ActivationStore.open(Path.of(plan.activations()));
        List<String> sites = plan.sites().isEmpty() ? store.sites() : plan.sites();
        ActivationSource source = store.source(sites).seed(plan.seed()).device(place.device());
        SweepRun sweep = SweepRun.of(plan, RunDescription.of(store, sites), source, out);
        return train(plan, sweep, source, sweep.onActivations());
    }

    private int onExportedModel(SweepFile plan) throws IOException {
        refuseEvaluation(plan);
        try (SourceModel model = SourceModel.open(plan.run(), plan.sites(), place.device())) {
            RunDescription run = resolved(plan, model.tokenizer());
            ModelActivationSource source = model.source(run.corpus(model.tokenizer()));
            return train(
                    plan,
                    SweepRun.of(plan, run, source, out),
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
            SweepRun sweep = SweepRun.of(plan, run, source, out);
            if (HeldOut.isAsked(plan.options())) {
                HeldOut.addTo(sweep.sweep(), plan.options(), plan.evaluationTokens(), model, corpus);
            }
            return train(
                    plan, sweep, source, result -> SweepEvaluation.run(model, corpus, result, plan.evaluationTokens()));
        }
    }

    private int train(SweepFile plan, SweepRun sweep, ActivationSource source, SweepRun.Measurement measurement)
            throws IOException {
        PrintWriter errors = spec.commandLine().getErr();
        sweep.sweep().members(); // shared options are checked before the folder is locked
        return InterruptibleTraining.run(out, errors, (stop, notice) -> {
            SweepTable table = new SweepTable(
                    sweep.train(stop, notice, measurement, warning -> errors.println("assay: warning: " + warning)));
            String title = out.toAbsolutePath().normalize().getFileName().toString();
            ObjectNode written = SweepFolder.write(
                    out, plan, source.provenance(), table, title, warning -> errors.println("assay: " + warning));
            return print(spec.commandLine(), json, table, written);
        });
    }

    /** Prints a table and the members that stopped; returns the exit code. */
    static int print(CommandLine line, boolean json, SweepTable table, ObjectNode written) {
        PrintWriter print = line.getOut();
        print.print(json ? Json.pretty(written) : table.toText());
        print.flush();
        List<SweepRow> stopped =
                table.rows().stream().filter(row -> row.failure() != null).toList();
        stopped.forEach(row -> line.getErr().println("assay: " + row.name() + " stopped: " + row.failure()));
        line.getErr().flush();
        return stopped.isEmpty() ? 0 : 1;
    }
}
