package dev.assay.cli;

import dev.assay.ShutdownRequest;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.Harvest;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.text.TextUsage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay harvest}: writes the activations of a model on text to a folder. */
@Command(
        name = "harvest",
        description = {
            "Writes a model's activations to a folder, which train --activations reads.",
            "Rerun the same command to resume an interrupted harvest. A larger --tokens extends the folder."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class HarvestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions runOptions;

    @Mixin
    private HarvestOptions options;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder of the activations")
    private Path out;

    @Option(
            names = "--max-norm-ratio",
            paramLabel = "R",
            description = "leave out tokens with a norm above R times the median norm (default: no bound)")
    private Double maxNormRatio;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        RunDescription run = options.describe(runOptions);
        long start = System.nanoTime();
        try (SourceModel model = SourceModel.open(run, run.hooks(), place.device())) {
            RunDescription resolved = run.resolved(model.tokenizer(), out);
            spec.commandLine().getOut().println(resolved.contexts(model.tokenizer()));
            ModelActivationSource text = model.source(resolved.corpus(model.tokenizer()))
                    .withSpecialTokens(options.specialTokens())
                    .skippingPositions(options.skippedPositions());
            ActivationSource source = text;
            if (maxNormRatio != null) {
                source = NormBoundedSource.ofRatio(source, maxNormRatio);
            }
            Harvest harvest = ActivationStore.write(source, out)
                    .tokens(options.tokens())
                    .type(options.type())
                    .note(resolved.harvestNote());
            options.shardRows().ifPresent(harvest::shardRows);
            try (ShutdownRequest shutdown = ShutdownRequest.listen()) {
                return report(harvest.stopWhen(shutdown).run(), (System.nanoTime() - start) / 1e9, text.usage());
            }
        }
    }

    private int report(Harvest.Result result, double seconds, TextUsage usage) {
        ActivationStore store = result.store();
        if (!store.complete()) {
            PrintWriter errors = spec.commandLine().getErr();
            errors.printf(
                    Locale.ROOT,
                    "assay: %s: interrupted after %d of %d activations; rerun the same command to resume%n",
                    out,
                    store.rows(),
                    options.tokens());
            errors.flush();
            return InterruptibleTraining.INTERRUPTED;
        }
        String done = result.added()
                ? String.format(Locale.ROOT, "%,d added in %.0f s", store.rows() - result.before(), seconds)
                : "already complete";
        String end = String.format(
                Locale.ROOT,
                "%s; used %,d of %,d tokens",
                store.endOfText() && store.rows() < options.tokens() ? "; the text has ended" : "",
                store.rows(),
                options.tokens());
        String files = result.added() && !usage.summary().isEmpty() ? "; read " + usage.summary() : "";
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s: %,d activations of %s, %,.1f MB; %s%s%n",
                        out,
                        store.rows(),
                        String.join(", ", store.sites()),
                        store.bytes() / 1e6,
                        done,
                        end + files)
                .flush();
        return 0;
    }
}
