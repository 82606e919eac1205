package dev.assay.audit.diff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.audit.diff.CrosscoderDiff.CrosscoderLatent;
import dev.assay.feature.TinyDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CrosscoderTest {
    private static final int LATENTS = 32;
    private static TinyDictionary tiny;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    /** Returns a copy of the model that adds a direction at the site after every occurrence of a word. */
    private static HookedTransformer tuned(float[] direction) throws IOException {
        HookedTransformer copy = ModelCopy.of(tiny.model);
        int[] word = copy.tokenizer().encode(" the");
        assertEquals(1, word.length, "the word is one token");
        try (Scope scope = Scope.open()) {
            NDArray embedding = copy.parameters().get("embed");
            Aten.add_(embedding.get(word[0]), embedding.getManager().create(direction), 1);
        }
        return copy;
    }

    private static float[] direction() {
        float[] direction = new float[tiny.model.config().dModel()];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = i % 2 == 0 ? 30 : -30;
        }
        return direction;
    }

    private static SparseAutoencoder train(Crosscoder both) throws IOException {
        return both.trainer(4)
                .dictionarySize(LATENTS)
                .tokens(100_000)
                .batchSize(256)
                .learningRate(2e-2)
                .train();
    }

    @Test
    void rowsHaveTheColumnsOfBothModels() throws IOException {
        try (HookedTransformer tuned = tuned(direction());
                Scope scope = Scope.open()) {
            ActivationSource pair = ActivationSource.ofPair(tiny.model, tuned, TinyDictionary.SITE, tiny.corpus);
            int width = tiny.model.config().dModel();
            String site = TinyDictionary.SITE.name();
            assertEquals(List.of("base." + site, "tuned." + site), pair.sites());
            assertEquals(List.of(width, width), pair.widths());
            ActivationSource base = ActivationSource.of(tiny.model, TinyDictionary.SITE, tiny.corpus);
            ActivationSource other = ActivationSource.of(tuned, TinyDictionary.SITE, tiny.corpus);
            try (ActivationStream both = pair.open(StreamPosition.START);
                    ActivationStream left = base.open(StreamPosition.START);
                    ActivationStream right = other.open(StreamPosition.START)) {
                ActivationRows rows = both.next();
                float[] values = rows.values().toFloatArray();
                float[] first = left.next().values().toFloatArray();
                float[] second = right.next().values().toFloatArray();
                assertEquals(first.length + second.length, values.length);
                for (int row = 0; row < rows.tokens().length; row += 100) {
                    int at = 2 * width * row;
                    assertArrayEquals(
                            Arrays.copyOfRange(first, width * row, width * (row + 1)),
                            Arrays.copyOfRange(values, at, at + width));
                    assertArrayEquals(
                            Arrays.copyOfRange(second, width * row, width * (row + 1)),
                            Arrays.copyOfRange(values, at + width, at + 2 * width));
                }
            }
        }
    }

    @Test
    void directionOfTheTunedModelIsALatentOfTheTunedModel() throws IOException {
        float[] planted = direction();
        try (HookedTransformer tuned = tuned(planted)) {
            Crosscoder both = Crosscoder.of(tiny.model, tuned, TinyDictionary.SITE, tiny.corpus);
            try (SparseAutoencoder crosscoder = train(both);
                    Scope scope = Scope.open()) {
                CrosscoderLatent first = CrosscoderDiff.of(
                                crosscoder, tiny.model.config().dModel())
                        .get(0);
                assertTrue(first.tunedShare() > 0.85, first::toString);
                float[] decoder = crosscoder.decoder().get(first.latent()).toFloatArray();
                double product = 0;
                double square = 0;
                for (int i = 0; i < planted.length; i++) {
                    float entry = decoder[planted.length + i];
                    product += entry * planted[i];
                    square += entry * entry;
                }
                double cosine = product / Math.sqrt(square * planted.length * 900);
                assertTrue(cosine > 0.8, () -> "cosine with the planted direction " + cosine);
                CrosscoderFit fit = both.fit(crosscoder, Split.HELD_OUT, 4_000);
                assertTrue(fit.tokens() >= 4_000 && fit.baseFvu() < 0.9 && fit.tunedFvu() < 0.9, fit::toString);
                assertTrue(fit.l0() > 1 && fit.l0() < 10, fit::toString);
            }
        }
    }

    @Test
    void equalModelsHaveNoLatentOfOneModel() throws IOException {
        try (HookedTransformer copy = ModelCopy.of(tiny.model)) {
            Crosscoder both = Crosscoder.of(tiny.model, copy, TinyDictionary.SITE, tiny.corpus);
            try (SparseAutoencoder crosscoder = train(both)) {
                for (CrosscoderLatent latent :
                        CrosscoderDiff.of(crosscoder, tiny.model.config().dModel())) {
                    assertTrue(latent.tunedShare() > 0.3 && latent.tunedShare() < 0.7, latent::toString);
                }
                CrosscoderFit fit = both.fit(crosscoder, Split.HELD_OUT, 4_000);
                assertEquals(fit.baseFvu(), fit.tunedFvu(), 0.05);
            }
        }
    }

    @Test
    void fitReadsEachHeldOutTokenOnce() throws IOException {
        try (HookedTransformer copy = ModelCopy.of(tiny.model)) {
            Crosscoder both = Crosscoder.of(tiny.model, copy, TinyDictionary.SITE, tiny.corpus);
            try (SparseAutoencoder crosscoder = both.trainer(4)
                    .dictionarySize(LATENTS)
                    .tokens(512)
                    .batchSize(256)
                    .train()) {
                CrosscoderFit all = both.fit(crosscoder, Split.HELD_OUT, Long.MAX_VALUE);
                assertEquals(all, both.fit(crosscoder, Split.HELD_OUT, all.tokens()));
            }
        }
    }

    @Test
    void corpusWithoutHeldOutDocumentsIsRefused() throws IOException {
        Corpus corpus = Corpus.of(tiny.model.tokenizer(), StoryCorpus.of(5, 30))
                .contextLength(TinyDictionary.LENGTH)
                .heldOutEvery(0)
                .build();
        Crosscoder both = Crosscoder.of(tiny.model, tiny.model, TinyDictionary.SITE, corpus);
        try (SparseAutoencoder crosscoder =
                both.trainer(4).dictionarySize(8).tokens(256).batchSize(256).train()) {
            InvalidInputException failure =
                    assertThrows(InvalidInputException.class, () -> both.fit(crosscoder, Split.HELD_OUT, 100));
            assertTrue(failure.getMessage().contains("held out"), failure::getMessage);
            InvalidInputException narrow =
                    assertThrows(InvalidInputException.class, () -> both.fit(tiny.sae, Split.HELD_OUT, 100));
            assertEquals(
                    "the crosscoder has d_in 48 and d_out 48, expected 96: the widths of both models",
                    narrow.getMessage());
        }
    }
}
