package dev.assay.cli;

import dev.assay.ShutdownRequest;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.ConceptControl;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.evaluate.control.RandomWeightControl;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.page.ConceptRow;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.RunLayout;
import dev.assay.run.RunWriter;
import dev.assay.run.TextDescription;
import dev.assay.sae.TopK;
import dev.assay.train.SaeTrainer;
import dev.assay.train.metrics.ResumeNotice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay quickstart}: the full pipeline on the embedded model and on stories with labelled concepts. */
@Command(
        name = "quickstart",
        description =
                "Trains a dictionary on the embedded model, evaluates it, finds the latents of the labelled concepts of its"
                        + " stories, and writes the page of its features.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class QuickstartCommand implements Callable<Integer> {
    private static final String MODEL = "assay/stories";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "new folder for the dictionary and the page")
    private Path out;

    @Option(names = "--quick", description = "use a smaller dictionary and less text; takes seconds")
    private boolean quick;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of all random choices (default ${DEFAULT-VALUE})")
    private long seed;

    /** The two sizes of the pipeline. */
    private record Size(int dSae, int k, long tokens, long measured, long featureTokens) {
        static final Size FULL = new Size(2048, 32, 1_250_000, 60_000, 300_000);
        static final Size QUICK = new Size(1024, 32, 150_000, 10_000, 30_000);
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        PrintWriter print = spec.commandLine().getOut();
        Size size = quick ? Size.QUICK : Size.FULL;
        int trained = InterruptibleTraining.run(
                out, spec.commandLine().getErr(), (stop, notice) -> train(size, print, stop, notice));
        if (trained != 0) {
            return trained;
        }
        try (Run run = Run.loader().featureTokens(size.featureTokens()).open(out)) {
            EvaluationReport report = evaluate(run, size, print);
            ConceptTable concepts = concepts(run, size, report, print);
            writePage(run, report, concepts, print);
        }
        print.printf(Locale.ROOT, "%nDictionary  %s%nPage        %s%n", out, new RunLayout(out).page());
        print.printf(Locale.ROOT, "Done in %.0f s.%n", (System.nanoTime() - start) / 1e9);
        print.flush();
        return 0;
    }

    private int train(Size size, PrintWriter print, ShutdownRequest stop, ResumeNotice notice) throws IOException {
        try (HookedTransformer model = HookedTransformer.load(MODEL)) {
            HookPoint point = HookPoint.residPost(model.config().layers() / 2 - 1);
            RunDescription description = RunDescription.of(
                            MODEL, point.name(), TextDescription.of(MODEL).withChunkCharacters(0))
                    .resolved(model.tokenizer(), out);
            RunWriter writer = RunWriter.begin(out, description);
            announce(model, point, size, print);
            SaeTrainer.of(TopK.of(size.k()))
                    .source(ActivationSource.of(model, point, description.corpus(model.tokenizer())))
                    .dictionarySize(size.dSae())
                    .tokens(size.tokens())
                    .batchSize(1024)
                    .seed(seed)
                    .output(out)
                    .stopWhen(stop)
                    .listener(notice)
                    .train(writer::write)
                    .close();
            return 0;
        }
    }

    private static void announce(HookedTransformer model, HookPoint point, Size size, PrintWriter print) {
        print.printf(
                Locale.ROOT,
                "%s: %d layers of width %d. It writes:%n  %s%n%n",
                MODEL,
                model.config().layers(),
                model.config().dModel(),
                story(model));
        print.printf(
                Locale.ROOT,
                "Training a dictionary of %,d latents (%d active per token) on %,d activations of %s%n",
                size.dSae(),
                size.k(),
                size.tokens(),
                point.name());
        print.flush();
    }

    private static String story(HookedTransformer model) {
        int[] prompt = model.tokenizer().encode("One sunny morning, Nora");
        return String.join("", model.tokenizer().texts(model.generate(prompt, 40)));
    }

    private EvaluationReport evaluate(Run run, Size size, PrintWriter print) throws IOException {
        EvaluationReport report = Evaluation.of(run.model(), run.dictionary(), run.corpus())
                .tokens(size.measured())
                .run();
        print.println();
        print.println(report.toText());
        return report;
    }

    private ConceptTable concepts(Run run, Size size, EvaluationReport report, PrintWriter print) throws IOException {
        try (ConceptScoring scoring = new ConceptScoring(run.model(), run.point(), run.corpus(), size.measured())) {
            ConceptTable concepts = untrained(run, size, print).addTo(scoring.table(run.dictionary()));
            Map<String, Object> figures = report.toJson();
            figures.put(EvaluationFigures.CONCEPTS, concepts.toJson());
            EvaluationFigures.write(out, figures, run.heldOutProvenance(report.tokens()));
            print.println(
                    "F1 of the latent that detects each labelled concept best, chosen on training stories and measured on held-out");
            print.println(
                    "ones, next to controls. A concept needs context if the look-up of the token does not find it.");
            print.println();
            print.println(concepts.toText());
            print.flush();
            return concepts;
        }
    }

    /** Returns the control of a dictionary on the model with random weights, trained on as many activations. */
    private RandomWeightControl untrained(Run run, Size size, PrintWriter print) throws IOException {
        print.printf(
                Locale.ROOT,
                "Training the same dictionary on the model with random weights, for the column untrained%n");
        print.flush();
        return RandomWeightControl.of(run.model(), run.point(), run.corpus())
                .like(run.dictionary())
                .activeLatents(size.k())
                .trainingTokens(size.tokens())
                .scoredTokens(size.measured())
                .seed(seed);
    }

    private static void writePage(Run run, EvaluationReport report, ConceptTable concepts, PrintWriter print)
            throws IOException {
        FeatureInspector inspector = run.inspector();
        ConceptTable.Row best = concepts.rows().stream()
                .max(Comparator.comparingDouble(row -> row.latent().f1()))
                .orElseThrow();
        print.printf(Locale.ROOT, "The latent for \"%s\":%n%n", best.concept().name());
        print.println(inspector.feature(best.latent().unit()).toText());
        inspector
                .dashboard()
                .title("Features of " + MODEL)
                .metrics(report.asMap())
                .remarks(report.remarks())
                .concepts(concepts.bestFirst().stream()
                        .filter(ConceptTable.Row::occurs)
                        .map(QuickstartCommand::conceptRow)
                        .toList())
                .write(run.layout().page());
    }

    private static ConceptRow conceptRow(ConceptTable.Row row) {
        return new ConceptRow(
                row.concept().name(),
                row.latent().unit(),
                row.latent().f1(),
                row.controls().getOrDefault(ConceptControl.TOKEN_LOOKUP, Double.NaN),
                row.controls().getOrDefault(ConceptControl.ALWAYS_YES, Double.NaN),
                row.controls().getOrDefault(ConceptControl.NEURON, Double.NaN),
                row.controls().getOrDefault(ConceptControl.RANDOM, Double.NaN));
    }
}
