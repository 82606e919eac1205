package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.attach.AttachedDictionary;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.evaluate.EvaluationTable;
import dev.assay.evaluate.control.ModelControl;
import dev.assay.evaluate.control.PermutedModelControl;
import dev.assay.evaluate.control.RandomWeightControl;
import dev.assay.io.Json;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.provenance.Provenance;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.Run;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.ConceptLabels;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    /** The tokens of training stories, and of held-out stories, that concepts are scored on. */
    private static final long CONCEPT_TOKENS = 60_000;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = DictionaryOptions.DIR)
    private String name;

    @Mixin
    private EvaluatedTokens evaluated;

    @Option(
            names = "--concepts",
            description =
                    "on generated stories, also score the latents as detectors of the labelled concepts, next to controls")
    private boolean concepts;

    @Option(
            names = "--permuted",
            paramLabel = "N",
            description =
                    "with --concepts, also train a dictionary of the same size and L0 on N activations of the model with permuted"
                            + " weights, and score it as a control")
    private Long permuted;

    @Option(
            names = "--random-weights",
            paramLabel = "N",
            description =
                    "with --concepts, also train a dictionary of the same size and L0 on N activations of the architecture with weights as at"
                            + " the start of training, and score it as a control")
    private Long randomWeights;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private BaselineOptions baselines;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        InvalidInputException.require(
                permuted == null || concepts, "--permuted is given without --concepts, whose control it adds");
        InvalidInputException.require(
                randomWeights == null || concepts,
                "--random-weights is given without --concepts, whose control it adds");
        try (Run run = options.open(name)) {
            AttachedDictionary attached = run.attached();
            Corpus corpus = run.corpus();
            if (!json && !run.hasDescription()) {
                spec.commandLine().getOut().println(run.origin());
            }
            if (concepts) { // reports another text before the evaluation, which takes minutes
                ConceptLabels.read(corpus, Split.HELD_OUT).close();
            }
            List<BaselineOptions.Fitted> fitted = baselines.fit(run.model(), corpus, attached.sae());
            try {
                Split split = corpus.heldOutEvery() == 0 ? Split.ALL : Split.HELD_OUT;
                Evaluation evaluation = Evaluation.of(run.model(), attached.sae(), corpus)
                        .split(split)
                        .tokens(evaluated.tokens())
                        .leavingOut(leftOut(attached, corpus, split));
                fitted.forEach(baseline -> evaluation.baseline(baseline.name(), baseline.dictionary()));
                EvaluationTable table = evaluation.table();
                Provenance provenance = baselines.record(
                        run.heldOutProvenance(table.dictionary().tokens()));
                Map<String, Object> figures = table.asMap();
                Optional<ConceptTable> scored =
                        concepts ? Optional.of(concepts(run, attached, table.dictionary())) : Optional.empty();
                scored.ifPresent(of -> figures.put(EvaluationFigures.CONCEPTS, of.toJson()));
                ObjectNode written = EvaluationFigures.write(run.layout().folder(), figures, provenance);
                print(table, fitted, written, corpus.heldOutEvery() > 0);
                if (!json) {
                    scored.ifPresent(of -> spec.commandLine().getOut().printf("%n%s", of));
                }
            } finally {
                fitted.forEach(BaselineOptions.Fitted::close);
            }
        }
        return 0;
    }

    private LeftOutTokens leftOut(AttachedDictionary attached, Corpus corpus, Split split) throws IOException {
        LeftOutTokens positions = LeftOutTokens.NONE.withFirstPositions(evaluated.skippedPositions());
        if (evaluated.maxNormRatio() == null) {
            return positions;
        }
        ActivationSource source = ActivationSource.of(
                        attached.model(), attached.sites().reads(), corpus)
                .split(split)
                .withSpecialTokens(!attached.sae().metadata().excludesSpecialTokens());
        return positions.withLargestNorms(NormBoundedSource.ofRatio(source, evaluated.maxNormRatio())
                .provenance()
                .text()
                .leftOut()
                .largestNorms());
    }

    private ConceptTable concepts(Run run, AttachedDictionary attached, EvaluationReport report) throws IOException {
        HookPoint point = attached.sites().reads().get(0);
        ConceptTable table;
        try (ConceptScoring scoring = new ConceptScoring(run.model(), point, run.corpus(), conceptTokens())) {
            table = scoring.table(attached.sae());
        }
        if (permuted != null) {
            table = addTo(table, PermutedModelControl.of(run.model(), point, run.corpus()), permuted, attached, report);
        }
        if (randomWeights != null) {
            table = addTo(
                    table, RandomWeightControl.of(run.model(), point, run.corpus()), randomWeights, attached, report);
        }
        return table;
    }

    private ConceptTable addTo(
            ConceptTable table,
            ModelControl<?> control,
            long trainingTokens,
            AttachedDictionary attached,
            EvaluationReport report)
            throws IOException {
        return control.like(attached.sae())
                .activeLatents((int) Math.max(1, Math.round(report.l0())))
                .trainingTokens(trainingTokens)
                .scoredTokens(conceptTokens())
                .addTo(table);
    }

    private long conceptTokens() {
        return Math.min(evaluated.tokens(), CONCEPT_TOKENS);
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
