package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.attach.AttachedSites;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationTable;
import dev.assay.io.Json;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.provenance.Provenance;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.Run;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
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

/** {@code assay evaluate}: measures a dictionary on the held-out documents of its run. */
@Command(
        name = "evaluate",
        description = "Measures a trained dictionary on held-out documents, and writes DIR/evaluation.json.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "a run folder written by assay train")
    private Path folder;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "200000",
            description = "maximum number of held-out tokens (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(
            names = "--skip-positions",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "leave the first N positions of each context out of the figures, in addition to those that the"
                            + " dictionary was trained without (default ${DEFAULT-VALUE})")
    private int skippedPositions;

    @Option(
            names = "--max-norm-ratio",
            paramLabel = "R",
            description =
                    "leave tokens with a norm above R times the median norm out of the figures (default: the bound"
                            + " that the dictionary was trained with)")
    private Double maxNormRatio;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private BaselineOptions baselines;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException {
        try (Run run = options.loader().open(folder)) {
            Corpus corpus = run.corpus();
            List<BaselineOptions.Fitted> fitted = baselines.fit(run.model(), corpus, run.dictionary());
            try {
                Evaluation evaluation = Evaluation.of(run.model(), run.dictionary(), corpus)
                        .tokens(tokens)
                        .leavingOut(leftOut(run, corpus));
                fitted.forEach(baseline -> evaluation.baseline(baseline.name(), baseline.dictionary()));
                EvaluationTable table = evaluation.table();
                Provenance provenance = baselines.record(
                        run.heldOutProvenance(table.dictionary().tokens()));
                print(table, fitted, EvaluationFigures.write(folder, table.asMap(), provenance));
            } finally {
                fitted.forEach(BaselineOptions.Fitted::close);
            }
        }
        return 0;
    }

    private LeftOutTokens leftOut(Run run, Corpus corpus) throws IOException {
        LeftOutTokens positions = LeftOutTokens.NONE.withFirstPositions(skippedPositions);
        if (maxNormRatio == null) {
            return positions;
        }
        ActivationSource source = ActivationSource.of(
                        run.model(),
                        AttachedSites.of(run.model(), run.dictionary().sites()).reads(),
                        corpus)
                .split(Split.HELD_OUT)
                .withSpecialTokens(!run.dictionary().metadata().excludesSpecialTokens());
        return positions.withLargestNorms(NormBoundedSource.ofRatio(source, maxNormRatio)
                .provenance()
                .text()
                .leftOut()
                .largestNorms());
    }

    private void print(EvaluationTable table, List<BaselineOptions.Fitted> fitted, ObjectNode figures) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(Json.pretty(figures));
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
