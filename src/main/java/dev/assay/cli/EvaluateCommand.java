package dev.assay.cli;

import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationTable;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.RunDescription;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
    private BaselineOptions baselines;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException {
        RunDescription run = options.change(RunDescription.read(folder), null);
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder, options.device());
                HookedTransformer model = options.load(run)) {
            HookPoint point = HookPoint.parse(run.hooks().get(0));
            Corpus corpus = run.corpus(model.tokenizer());
            List<BaselineOptions.Fitted> fitted = baselines.fit(model, point, corpus, sae);
            try {
                Evaluation evaluation =
                        Evaluation.of(model, sae, corpus).point(point).tokens(tokens);
                fitted.forEach(baseline -> evaluation.baseline(baseline.name(), baseline.dictionary()));
                print(evaluation.table(), fitted);
            } finally {
                fitted.forEach(BaselineOptions.Fitted::close);
            }
        }
        return 0;
    }

    private void print(EvaluationTable table, List<BaselineOptions.Fitted> fitted) throws IOException {
        String figures = Json.pretty(Json.mapper().valueToTree(table.asMap()));
        AtomicFiles.writeString(folder.resolve(EvaluationFigures.FILE), figures);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(figures);
        } else {
            out.print(table.dictionary().toText());
            if (!fitted.isEmpty()) {
                out.printf("%n%s%n", table.toText());
                fitted.forEach(baseline -> out.printf("%-20s %s%n", baseline.name(), baseline.description()));
            }
        }
        out.flush();
    }
}
