package dev.assay.intervene.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.ActivationSource;
import dev.assay.attach.TokenTexts;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Agreement of attribution with exact ablation, on a trained model with trained dictionaries. */
@Tag("slow")
class StoryAttributionTest {
    private static final String BOY = "In winter, Leo often played in the forest.";
    private static final String GIRL = "In winter, Ruth often played in the forest.";

    @Test
    void attributionCorrelatesWithExactAblation() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories");
                SparseAutoencoder early = dictionary(model, HookPoint.residPost(1));
                SparseAutoencoder late = dictionary(model, HookPoint.residPost(2))) {
            Metric metric =
                    Metric.logitDifference(-1, TokenTexts.single(model, " He"), TokenTexts.single(model, " She"));
            Attribution zero = Attribution.of(model, early).at(late).metric(metric);
            assertTrue(zero.exact(zero.gradient(BOY), 60).correlation() > 0.9);

            Attribution other = zero.counterfactual(GIRL);
            assertTrue(other.exact(other.gradient(BOY), 60).correlation() > 0.9);
            AttributionReport integrated = other.integrated(BOY, 16);
            assertTrue(other.exact(integrated, 60).correlation() > 0.9);
            for (SiteAttribution site : integrated.sites()) {
                assertEquals(site.total(), site.sum(), 0.01 * Math.abs(site.total()));
            }
        }
    }

    private static SparseAutoencoder dictionary(HookedTransformer model, HookPoint point) throws IOException {
        Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 2_000))
                .contextLength(64)
                .prependBos(false)
                .build();
        return SaeTrainer.of(TopK.of(16))
                .source(ActivationSource.of(model, point, corpus))
                .dictionarySize(256)
                .tokens(30_000)
                .batchSize(256)
                .seed(1)
                .progress(false)
                .train();
    }
}
