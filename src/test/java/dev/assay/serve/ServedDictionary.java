package dev.assay.serve;

import ai.djl.ndarray.types.Shape;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A tiny model, a random dictionary and its features. */
final class ServedDictionary implements AutoCloseable {
    static final int LATENTS = 32;
    static final String SITE = "blocks.1.hook_resid_post";

    final HookedTransformer model;
    final SparseAutoencoder sae;
    final FeatureInspector inspector;

    ServedDictionary(Path folder) throws IOException {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        sae = dictionary(model);
        Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 100))
                .contextLength(32)
                .build();
        inspector = FeatureInspector.of(
                model, sae, FeatureCollector.of(model, sae, corpus).tokens(2000).collect(folder));
    }

    static SparseAutoencoder dictionary(HookedTransformer model) {
        int width = model.config().dModel();
        SplittableRandom random = new SplittableRandom(3);
        float[] directions = new float[LATENTS * width];
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) (random.nextDouble() - 0.5);
        }
        try (Scope scope = Scope.open()) {
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(4))
                    .weights(new Weights(
                            model.manager().create(directions, new Shape(LATENTS, width)),
                            model.manager().zeros(new Shape(LATENTS)),
                            model.manager().create(directions, new Shape(LATENTS, width)),
                            model.manager().zeros(new Shape(width))))
                    .metadata(SaeMetadata.builder()
                            .modelName("tiny")
                            .hookName(SITE)
                            .build())
                    .build();
        }
    }

    @Override
    public void close() {
        sae.close();
        model.close();
    }
}
