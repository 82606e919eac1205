package dev.assay.cli;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
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
import java.util.List;
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

    @Option(
            names = "--hook",
            required = true,
            paramLabel = "SITE",
            description = "site such as blocks.2.hook_resid_post, or an output of an exported model; may be repeated")
    private List<String> hooks;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder of the activations")
    private Path out;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            required = true,
            description = "number of activations to store; fewer if the text is shorter")
    private long tokens;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "type of the stored activations: float32 or float16 (default ${DEFAULT-VALUE})")
    private String type;

    @Option(
            names = "--shard-rows",
            paramLabel = "N",
            description = "activations per file (default: as many as fit in 128 MiB)")
    private Integer shardRows;

    @Option(
            names = "--special-tokens",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            description = "also store the activations at BOS, end of text and padding")
    private boolean specialTokens;

    @Option(
            names = "--skip-positions",
            paramLabel = "N",
            defaultValue = "0",
            description = "leave out the first N positions of each context, BOS included (default ${DEFAULT-VALUE})")
    private int skippedPositions;

    @Option(
            names = "--max-norm-ratio",
            paramLabel = "R",
            description = "leave out tokens with a norm above R times the median norm (default: no bound)")
    private Double maxNormRatio;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of mixing and shuffling texts (default ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        if (hooks.stream().distinct().count() < hooks.size()) {
            throw new InvalidInputException("--hook was given the same site twice, expected each once");
        }
        RunDescription run = runOptions.describe(hooks, seed);
        long start = System.nanoTime();
        try (SourceModel model = SourceModel.open(run, hooks, place.device())) {
            RunDescription resolved = run.resolved(model.tokenizer(), out);
            spec.commandLine().getOut().println(resolved.contexts(model.tokenizer()));
            ModelActivationSource text = model.source(resolved.corpus(model.tokenizer()))
                    .withSpecialTokens(specialTokens)
                    .skippingPositions(skippedPositions);
            ActivationSource source = text;
            if (maxNormRatio != null) {
                source = NormBoundedSource.ofRatio(source, maxNormRatio);
            }
            Harvest harvest = ActivationStore.write(source, out)
                    .tokens(tokens)
                    .type(type())
                    .note(note(resolved));
            if (shardRows != null) {
                harvest.shardRows(shardRows);
            }
            try (ShutdownRequest shutdown = ShutdownRequest.listen()) {
                return report(harvest.stopWhen(shutdown).run(), (System.nanoTime() - start) / 1e9, text.usage());
            }
        }
    }

    /** Describes the run for the store, which lists several sites itself. */
    private ObjectNode note(RunDescription run) {
        ObjectNode note = run.toJson();
        if (hooks.size() > 1) {
            note.remove("hook");
        }
        return note;
    }

    private DataType type() {
        return switch (type) {
            case "float32" -> DataType.FLOAT32;
            case "float16" -> DataType.FLOAT16;
            default -> throw new InvalidInputException("type is \"" + type + "\", expected float32 or float16");
        };
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
                    tokens);
            errors.flush();
            return InterruptibleTraining.INTERRUPTED;
        }
        String done = result.added()
                ? String.format(Locale.ROOT, "%,d added in %.0f s", store.rows() - result.before(), seconds)
                : "already complete";
        String end = String.format(
                Locale.ROOT,
                "%s; used %,d of %,d tokens",
                store.endOfText() && store.rows() < tokens ? "; the text has ended" : "",
                store.rows(),
                tokens);
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
