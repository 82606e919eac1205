package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
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

/** A tiny random model, a corpus of stories, and a random dictionary with a dead last latent. */
public final class TinyDictionary implements AutoCloseable {
    public static final int LATENTS = 40;
    public static final int LENGTH = 32;
    public static final HookPoint SITE = HookPoint.residPost(1);

    public final HookedTransformer model;
    public final Corpus corpus;
    public final SparseAutoencoder sae;

    public TinyDictionary() throws IOException {
        model = HookedTransformer.load(modelFolder());
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                .contextLength(LENGTH)
                .build();
        sae = dictionary(model, 1, SITE.name());
    }

    static Path modelFolder() {
        return Fixtures.folder("gpt_neox");
    }

    public static SparseAutoencoder dictionary(HookedTransformer model, long seed, String hook) {
        SplittableRandom random = new SplittableRandom(seed);
        int width = model.config().dModel();
        SaeMetadata metadata =
                SaeMetadata.builder().modelName("tiny").hookName(hook).build();
        float[] bias = new float[LATENTS];
        bias[LATENTS - 1] = -1e6f;
        try (Scope scope = Scope.open()) {
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(6))
                    .weights(new Weights(
                            normal(model, random, width),
                            model.manager().create(bias),
                            normal(model, random, width),
                            model.manager().zeros(new Shape(width))))
                    .metadata(metadata)
                    .build();
        }
    }

    private static NDArray normal(HookedTransformer model, SplittableRandom random, int width) {
        float[] values = new float[LATENTS * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
        }
        return model.manager().create(values, new Shape(LATENTS, width));
    }

    @Override
    public void close() {
        sae.close();
        model.close();
    }
}
