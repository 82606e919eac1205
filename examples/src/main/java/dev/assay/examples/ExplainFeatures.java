package dev.assay.examples;

import dev.assay.activation.ActivationSource;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureSample;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Simulator;
import dev.assay.explain.offline.ConceptExplainer;
import dev.assay.explain.offline.ControlledScoring;
import dev.assay.explain.offline.NgramExplainer;
import dev.assay.explain.offline.RuleSimulator;
import dev.assay.explain.offline.StoryConcepts;
import dev.assay.explain.score.ScoreTable;
import dev.assay.explain.score.WholeCorpusScorer;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Trains a dictionary on the model of generated stories, explains its features without a language model, and scores the explanations on other
 * documents next to their controls.
 *
 * <p>Arguments: the number of tokens to train on (100,000 by default), and the folder of the feature store.
 */
public final class ExplainFeatures {
    private ExplainFeatures() {}

    /**
     * Runs the example.
     *
     * @param args the number of tokens and the folder, each with a default
     * @throws IOException if reading or writing fails
     */
    public static void main(String[] args) throws IOException {
        long tokens = args.length > 0 ? Long.parseLong(args[0]) : 100_000;
        Path folder = Path.of(args.length > 1 ? args[1] : "target/explained-features");
        HookPoint site = HookPoint.residPost(1);
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(7, 2_000))
                    .prependBos(false)
                    .build();
            try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(16))
                    .source(ActivationSource.of(model, site, corpus))
                    .dictionarySize(512)
                    .tokens(tokens)
                    .train()) {
                FeatureStore store =
                        FeatureCollector.of(model, sae, corpus).tokens(tokens).collect(folder);
                explain(FeatureInspector.of(model, sae, store), corpus);
            }
        }
    }

    private static void explain(FeatureInspector inspector, Corpus corpus) throws IOException {
        ExampleSet examples = ExampleSet.of(inspector, ExampleOptions.DEFAULT);
        FeatureSample sample = examples.sample(30);
        StoryConcepts concepts = StoryConcepts.of(inspector.store(), corpus);
        NgramExplainer explainer = new NgramExplainer();
        for (int latent :
                sample.latents().subList(0, Math.min(3, sample.latents().size()))) {
            Explanation explanation = explainer.explain(examples.of(latent));
            System.out.println(latent + ": " + explanation.text());
        }
        Simulator judge = new RuleSimulator(concepts);
        ScoreTable table = ControlledScoring.of(examples, sample, WholeCorpusScorer::new)
                .explained(explainer, judge)
                .explained(new ConceptExplainer(concepts), judge)
                .score(ScoreMetric.HEADLINE);
        System.out.println(table.toText());
        table.comparedWith("token-lookup", ScoreMetric.F1).forEach(System.out::println);
    }
}
