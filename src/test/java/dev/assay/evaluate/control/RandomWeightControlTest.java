package dev.assay.evaluate.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.ConceptControl;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RandomWeightControlTest {
    private static final int TOKENS = 1000;
    private static final HookPoint SITE = HookPoint.residPost(0);

    private static SparseAutoencoder train(HookedTransformer model, Corpus corpus) throws IOException {
        return SaeTrainer.of(TopK.of(4))
                .source(ActivationSource.of(model, SITE, corpus).withSpecialTokens(false))
                .dictionarySize(32)
                .tokens(4096)
                .batchSize(256)
                .seed(3)
                .train();
    }

    @Test
    void columnHoldsTheScoresOfADictionaryOfTheUntrainedModel() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                    .contextLength(64)
                    .prependBos(false)
                    .build();
            try (SparseAutoencoder sae = train(model, corpus);
                    ConceptScoring scoring = new ConceptScoring(model, SITE, corpus, TOKENS)) {
                ConceptTable table = RandomWeightControl.of(model, SITE, corpus)
                        .like(sae)
                        .activeLatents(4)
                        .trainingTokens(4096)
                        .scoredTokens(TOKENS)
                        .seed(3)
                        .addTo(scoring.table(sae));
                assertTrue(table.controls().contains(ConceptControl.RANDOM_WEIGHTS));
                try (HookedTransformer untrained = RandomWeightModel.of(model, 3, 1);
                        SparseAutoencoder control = train(untrained, corpus);
                        ConceptScoring on = new ConceptScoring(untrained, SITE, corpus, TOKENS)) {
                    List<ConceptTable.Best> best = on.best(control);
                    for (int concept = 0; concept < best.size(); concept++) {
                        assertEquals(
                                best.get(concept).f1(),
                                table.rows().get(concept).controls().get(ConceptControl.RANDOM_WEIGHTS));
                    }
                }
                String last = table.summary().get(2);
                assertTrue(last.contains(", dictionary on the model with random weights "), last);
            }
        }
    }

    @Test
    void embeddingOfTheStoriesModelStartsWithDeviationOne() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories");
                HookedTransformer start = RandomWeightModel.asAtStart(model, 2);
                HookedTransformer same = RandomWeightModel.of(model, 2, 1);
                HookedTransformer standard = RandomWeightModel.of(model, 2)) {
            assertEquals(same.hash(), start.hash());
            assertNotEquals(standard.hash(), start.hash());
        }
    }
}
