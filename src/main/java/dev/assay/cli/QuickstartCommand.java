package dev.assay.cli;

import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.page.ConceptRow;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.RunDescription;
import dev.assay.sae.SaelensFolder;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay quickstart}: the whole way once, on the model that comes with Assay and stories whose concepts are known. */
@Command(
        name = "quickstart",
        description =
                "Trains a dictionary on the model that comes with Assay, measures it, looks for the concepts that its"
                        + " stories are known to hold, and writes the page about its features.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class QuickstartCommand implements Callable<Integer> {
    private static final String MODEL = "assay/stories";

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "a new folder for dictionary and page")
    private Path out;

    @Option(names = "--quick", description = "the same in miniature, in seconds")
    private boolean quick;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "decides all randomness (default ${DEFAULT-VALUE})")
    private long seed;

    /**
     * How much of everything: the same steps at two sizes. At the usual rate, 1.4 times as high, the long run reconstructs a little more
     * and gives fewer concepts a latent of their own.
     */
    private record Size(int dSae, int k, double learningRate, long tokens, long measured, long featureTokens) {
        static final Size FULL = new Size(2048, 32, 2e-3 / Math.sqrt(2), 3_000_000, 60_000, 300_000);
        static final Size QUICK = new Size(1024, 32, 2e-3, 150_000, 10_000, 30_000);
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        PrintWriter print = spec.commandLine().getOut();
        Size size = quick ? Size.QUICK : Size.FULL;
        try (HookedTransformer model = HookedTransformer.load(MODEL)) {
            HookPoint point = HookPoint.residPost(model.config().layers() / 2 - 1);
            RunDescription run = new RunDescription(MODEL, point.name(), List.of(MODEL), "text", 128, false, 20, 0);
            run.write(out);
            Corpus corpus = run.corpus(model.tokenizer());
            print.printf(
                    Locale.ROOT,
                    "%s: %d layers of width %d. It writes:%n  %s%n%n",
                    MODEL,
                    model.config().layers(),
                    model.config().dModel(),
                    story(model));
            print.printf(
                    Locale.ROOT,
                    "Training a dictionary of %,d latents (%d active a token) on %,d activations of %s%n",
                    size.dSae(),
                    size.k(),
                    size.tokens(),
                    point.name());
            print.flush();
            try (SparseAutoencoder sae = train(model, point, corpus, size)) {
                SaelensFolder.write(sae, out, TrainCommand.COMPANIONS);
                EvaluationReport report = Evaluation.of(model, sae, corpus)
                        .tokens(size.measured())
                        .run();
                AtomicFiles.writeString(
                        out.resolve(EvaluationFigures.FILE),
                        Json.pretty(Json.mapper().valueToTree(report.asMap())));
                print.println();
                print.println(report.toText());

                ConceptTable concepts = concepts(model, point, corpus, sae, size);
                print.println("The concepts that the stories are known to hold, and the latent that tells each best");
                print.println("(chosen on training stories, F1 on held-out ones):");
                print.println();
                print.println(concepts.toText());
                print.flush();

                Path page = out.resolve("features.html");
                writePage(model, sae, corpus, size, report, concepts, page, print);
                print.printf(Locale.ROOT, "%nDictionary  %s%nPage        %s%n", out, page);
            }
        }
        print.printf(Locale.ROOT, "Done in %.0f s.%n", (System.nanoTime() - start) / 1e9);
        print.flush();
        return 0;
    }

    private static String story(HookedTransformer model) {
        int[] prompt = model.tokenizer().encode("One sunny morning, Nora");
        return model.tokenizer().decode(model.generate(prompt, 40));
    }

    private SparseAutoencoder train(HookedTransformer model, HookPoint point, Corpus corpus, Size size)
            throws IOException {
        return SaeTrainer.of(TopK.of(size.k()))
                .source(ActivationSource.of(model, point, corpus))
                .dictionarySize(size.dSae())
                .tokens(size.tokens())
                .batchSize(1024)
                .learningRate(size.learningRate())
                .seed(seed)
                .output(out)
                .train();
    }

    private static ConceptTable concepts(
            HookedTransformer model, HookPoint point, Corpus corpus, SparseAutoencoder sae, Size size)
            throws IOException {
        try (ConceptScoring scoring = new ConceptScoring(model, point, corpus, size.measured())) {
            return scoring.table(sae);
        }
    }

    private void writePage(
            HookedTransformer model,
            SparseAutoencoder sae,
            Corpus corpus,
            Size size,
            EvaluationReport report,
            ConceptTable concepts,
            Path page,
            PrintWriter print)
            throws IOException {
        FeatureStore store = FeatureCollector.of(model, sae, corpus)
                .tokens(size.featureTokens())
                .collect(out.resolve("features"));
        FeatureInspector inspector = FeatureInspector.of(model, sae, store);
        ConceptTable.Row best = concepts.rows().stream()
                .max(Comparator.comparingDouble(row -> row.latent().f1()))
                .orElseThrow();
        print.printf(Locale.ROOT, "The latent for \"%s\":%n%n", best.concept().name());
        print.println(inspector.feature(best.latent().unit()).toText());
        inspector
                .dashboard()
                .title("Features of " + MODEL)
                .metrics(report.asMap())
                .concepts(concepts.bestFirst().stream()
                        .map(row -> new ConceptRow(
                                row.concept().name(),
                                row.latent().unit(),
                                row.latent().f1(),
                                row.neuron().f1(),
                                row.random().f1()))
                        .toList())
                .write(page);
    }
}
