package dev.assay.examples;

import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The whole way, small: a model, its activations, a dictionary, its figures, its features, and a page about them.
 *
 * <p>Argument: the folder to write, {@code target/quickstart-example} unless given. It takes about half a minute on two cores.
 */
public final class Quickstart {
    private static final HookPoint SITE = HookPoint.residPost(1);

    private Quickstart() {}

    /**
     * Runs the example.
     *
     * @param args optionally the folder
     * @throws IOException when a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        Path out = Path.of(args.length > 0 ? args[0] : "target/quickstart-example");

        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            look(model);
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 5_000))
                    .prependBos(false) // this model has never seen a context that starts with one
                    .build();
            try (SparseAutoencoder sae = train(model, corpus)) {
                sae.save(out);
                EvaluationReport report =
                        Evaluation.of(model, sae, corpus).tokens(20_000).run();
                System.out.println(report.toText());
                inspect(model, sae, corpus, report, out);
            }
        }
    }

    /** What an activation is: a vector for every token. */
    private static void look(HookedTransformer model) {
        try (var tokens = model.tokens("One sunny morning, Nora gave Tom a red ball.");
                ActivationCache cache = model.cache(tokens, SITE)) {
            System.out.println(SITE + " has shape " + cache.get(SITE).getShape() + ": batch, position, width");
        }
    }

    private static SparseAutoencoder train(HookedTransformer model, Corpus corpus) throws IOException {
        return SaeTrainer.of(TopK.of(16))
                .source(ActivationSource.of(model, SITE, corpus))
                .dictionarySize(8 * model.config().dModel())
                .tokens(300_000)
                .batchSize(2_048)
                .train();
    }

    private static void inspect(
            HookedTransformer model, SparseAutoencoder sae, Corpus corpus, EvaluationReport report, Path out)
            throws IOException {
        FeatureStore store =
                FeatureCollector.of(model, sae, corpus).tokens(100_000).collect(out.resolve("features"));
        FeatureInspector inspector = FeatureInspector.of(model, sae, store);
        List<FeatureSummary> strongest = inspector.strongest(10);
        System.out.println(FeatureSummary.table(strongest));
        System.out.println(inspector.feature(strongest.get(0).latent()).toText());

        Path page = out.resolve("features.html");
        inspector
                .dashboard()
                .title("Features of " + model.name())
                .metrics(report.asMap())
                .remarks(report.remarks())
                .write(page);
        System.out.println("Page: " + page.toAbsolutePath());
    }
}
