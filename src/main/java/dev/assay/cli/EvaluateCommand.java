package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.attach.AttachedDictionary;
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
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay evaluate}: measures a dictionary on held-out text. */
@Command(
        name = "evaluate",
        description =
                "Measures a dictionary on held-out documents, or on all of --text if it does not say which were held out, and"
                        + " writes DIR/evaluation.json.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = DictionaryOptions.DIR)
    private String name;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "" + Evaluation.DEFAULT_TOKENS,
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
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        try (Run run = options.open(name)) {
            AttachedDictionary attached = run.attached();
            Corpus corpus = run.corpus();
            if (!json && !run.hasDescription()) {
                spec.commandLine().getOut().println(run.origin());
            }
            List<BaselineOptions.Fitted> fitted = baselines.fit(run.model(), corpus, attached.sae());
            try {
                Split split = corpus.heldOutEvery() == 0 ? Split.ALL : Split.HELD_OUT;
                Evaluation evaluation = Evaluation.of(run.model(), attached.sae(), corpus)
                        .split(split)
                        .tokens(tokens)
                        .leavingOut(leftOut(attached, corpus, split));
                fitted.forEach(baseline -> evaluation.baseline(baseline.name(), baseline.dictionary()));
                EvaluationTable table = evaluation.table();
                Provenance provenance = baselines.record(
                        run.heldOutProvenance(table.dictionary().tokens()));
                ObjectNode figures = EvaluationFigures.write(run.layout().folder(), table.asMap(), provenance);
                print(table, fitted, figures, corpus.heldOutEvery() > 0);
            } finally {
                fitted.forEach(BaselineOptions.Fitted::close);
            }
        }
        return 0;
    }

    private LeftOutTokens leftOut(AttachedDictionary attached, Corpus corpus, Split split) throws IOException {
        LeftOutTokens positions = LeftOutTokens.NONE.withFirstPositions(skippedPositions);
        if (maxNormRatio == null) {
            return positions;
        }
        ActivationSource source = ActivationSource.of(
                        attached.model(), attached.sites().reads(), corpus)
                .split(split)
                .withSpecialTokens(!attached.sae().metadata().excludesSpecialTokens());
        return positions.withLargestNorms(NormBoundedSource.ofRatio(source, maxNormRatio)
                .provenance()
                .text()
                .leftOut()
                .largestNorms());
    }

    private void print(
            EvaluationTable table, List<BaselineOptions.Fitted> fitted, ObjectNode figures, boolean heldOut) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(Json.pretty(figures));
        } else {
            out.print(table.dictionary().toText(heldOut ? "held-out tokens" : "tokens"));
            if (!fitted.isEmpty()) {
                out.printf("%n%s%n", table.toText());
                fitted.forEach(baseline -> out.printf("%-20s %s%n", baseline.name(), baseline.description()));
            }
        }
        out.flush();
    }
}
