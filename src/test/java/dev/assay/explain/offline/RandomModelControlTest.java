package dev.assay.explain.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.ActivationSource;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.score.ScoreTable;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.WeightsHash;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ParentArtifact;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomModelControlTest {
    private static final HookPoint SITE = HookPoint.residPost(1);

    @TempDir
    private Path folder;

    @Test
    void controlHasTheSizeAndDensityOfTheDictionaryAndAnotherModel() throws IOException {
        try (HookedTransformer model = HookedTransformer.load(Fixtures.folder("gpt_neox"))) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 100))
                    .contextLength(32)
                    .build();
            try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(4))
                    .source(ActivationSource.of(model, SITE, corpus))
                    .dictionarySize(24)
                    .tokens(4_096)
                    .batchSize(256)
                    .train()) {
                FeatureStore store =
                        FeatureCollector.of(model, sae, corpus).tokens(3_000).collect(folder.resolve("trained"));
                FeatureStore random = RandomModelControl.of(model, sae, corpus)
                        .like(store)
                        .trainingTokens(4_096)
                        .collect(folder.resolve("random"));
                assertEquals(store.latents(), random.latents());
                assertEquals(store.tokens(), random.tokens());
                assertEquals(4, (double) random.activations() / random.tokens(), 0.5);
                assertNotEquals(
                        store.provenance().model().hash(),
                        random.provenance().model().hash());
                assertNotEquals(
                        store.provenance().parent(ParentArtifact.DICTIONARY).hash(),
                        random.provenance().parent(ParentArtifact.DICTIONARY).hash());
                ExampleOptions options = ExampleOptions.DEFAULT.withMinimumDocuments(1);
                ExampleSet examples = ExampleSet.of(store, options);
                ExampleSet others = ExampleSet.of(random, options);
                RuleSimulator judge = new RuleSimulator((position, concept) -> false);
                ScoreTable table = ControlledScoring.of(examples, examples.sample(4), SimulatedDetection::new)
                        .otherDictionary("random model", others, others.sample(4), new NgramExplainer(), judge)
                        .score(List.of(ScoreMetric.F1));
                assertFalse(table.row("random model").scores().isEmpty());
                assertEquals("random model", table.row("random model").dictionary());
            }
        }
    }

    @Test
    void interruptedControlResumesFromItsCheckpoint() throws IOException {
        try (HookedTransformer model = HookedTransformer.load(Fixtures.folder("gpt_neox"))) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 100))
                    .contextLength(32)
                    .build();
            try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(4))
                    .source(ActivationSource.of(model, SITE, corpus))
                    .dictionarySize(24)
                    .tokens(4_096)
                    .batchSize(256)
                    .progress(false)
                    .train()) {
                RandomModelControl control = RandomModelControl.of(model, sae, corpus);
                assertEquals(4_096, control.trainingTokens(), "as many as the dictionary");
                Path dictionary = RandomModelControl.dictionary(folder);
                String trained;
                try (RandomDictionary random = control.open(folder)) {
                    trained = WeightsHash.of(random.dictionary());
                    assertFalse(random.inspector().store().provenance().reads().isEmpty());
                }
                assertTrue(RandomModelControl.isComplete(folder));
                List<String> metrics = Files.readAllLines(dictionary.resolve("metrics.jsonl"));
                // As after a kill between the last checkpoint and the end of the run.
                Files.delete(dictionary.resolve("cfg.json"));
                assertFalse(RandomModelControl.isComplete(folder));
                try (RandomDictionary random = control.open(folder)) {
                    assertEquals(trained, WeightsHash.of(random.dictionary()));
                }
                assertEquals(metrics, Files.readAllLines(dictionary.resolve("metrics.jsonl")), "no step is repeated");
                assertTrue(control.estimate().toMillis() > 0);
            }
        }
    }
}
