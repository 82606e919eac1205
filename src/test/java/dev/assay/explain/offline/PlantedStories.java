package dev.assay.explain.offline;

import dev.assay.explain.ActivationRule;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.feature.store.DocumentRun;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.SyntheticStore;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** A feature store of generated stories whose features follow given rules. Activations vary between 0.5 and 1.5 times the prediction. */
public final class PlantedStories implements AutoCloseable {
    private static final int CONTEXT_LENGTH = 128;

    public final Tokenizer tokenizer = Tokenizer.load(Path.of("src/main/resources/dev/assay/model/stories"));
    public final Corpus corpus;
    public final FeatureStore store;
    public final StoryConcepts concepts;

    public PlantedStories(Path folder, int stories, List<ActivationRule> rules) throws IOException {
        corpus = Corpus.of(tokenizer, StoryCorpus.of(8, stories))
                .contextLength(CONTEXT_LENGTH)
                .prependBos(false)
                .build();
        SyntheticStore text = text();
        FeatureStore silent = text.write(folder.resolve("silent"), 1, (latent, position) -> 0);
        concepts = StoryConcepts.of(silent, corpus);
        float[][] codes = new float[rules.size()][(int) silent.positions()];
        SplittableRandom random = new SplittableRandom(2);
        for (DocumentRun run : silent.corpus().runs()) {
            long end = run.start() + run.length();
            TextWindow window = new TextWindow(
                    run.document(),
                    run.start(),
                    silent.corpus().ids(run.start(), end),
                    silent.corpus().texts(run.start(), end),
                    new float[run.length()],
                    Stratum.WHOLE,
                    1);
            for (int latent = 0; latent < codes.length; latent++) {
                float[] predicted = rules.get(latent).predict(window, concepts);
                for (int i = 0; i < predicted.length; i++) {
                    codes[latent][(int) run.start() + i] = predicted[i] * (float) (0.5 + random.nextDouble());
                }
            }
        }
        store = text.write(folder.resolve("planted"), rules.size(), (latent, position) -> codes[latent][position]);
    }

    private SyntheticStore text() throws IOException {
        LongStream.Builder ids = LongStream.builder();
        LongStream.Builder documents = LongStream.builder();
        try (ContextReader reader = corpus.read(Split.ALL)) {
            for (TokenBatch batch = reader.next(64); batch != null; batch = reader.next(64)) {
                LongStream.of(batch.ids()).forEach(ids);
                LongStream.of(batch.documents()).forEach(documents);
            }
        }
        BitSet special = new BitSet();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            special.set(id, tokenizer.isSpecial(id));
        }
        return new SyntheticStore(
                CONTEXT_LENGTH,
                ids.build().toArray(),
                documents.build().toArray(),
                tokenizer.vocabularySize(),
                tokenizer::token,
                special);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
