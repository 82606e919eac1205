package dev.assay.cli;

import dev.assay.checkpoint.AtomicFiles;
import dev.assay.checkpoint.Json;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.model.HookPoint;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay evaluate}: the figures of a dictionary on the held-out documents of its run. */
@Command(
        name = "evaluate",
        description = "Measures a trained dictionary on held-out documents, and writes DIR/evaluation.json.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
    static final String FILE = "evaluation.json";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "a folder that assay train has written")
    private Path folder;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "200000",
            description = "held-out tokens at most (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException {
        RunDescription run = options.change(RunDescription.read(folder), null);
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder, options.device());
                HookedTransformer model = options.load(run)) {
            EvaluationReport report = Evaluation.of(model, sae, run.corpus(model.tokenizer()))
                    .point(HookPoint.parse(run.hook()))
                    .tokens(tokens)
                    .run();
            String figures = Json.pretty(Json.mapper().valueToTree(report.asMap()));
            AtomicFiles.writeString(folder.resolve(FILE), figures);
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? figures : report.toText());
            out.flush();
        }
        return 0;
    }
}
