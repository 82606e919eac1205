package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.ConceptLabels;
import dev.assay.text.story.LabelledBatch;
import dev.assay.text.story.LabelledReader;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ConceptScoringTest {
    private static final int WIDTH = 48;
    private static final int LATENTS = 20;
    private static final int TOKENS = 1000;
    private static final double[] THRESHOLDS = {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75};
    private static final HookPoint SITE = HookPoint.residPost(1);
    private static final int CONCEPTS = StoryCorpus.concepts().size();

    private static HookedTransformer model;
    private static Corpus corpus;

    @BeforeAll
    static void load() throws Exception {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                .contextLength(32)
                .prependBos(false)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** The codes of tokens, [n][latents], with their ids and labels. */
    private record Tokens(List<float[]> codes, List<Long> ids, List<Long> labels) {
        boolean has(int token, int concept) {
            return (labels.get(token) >>> concept & 1) == 1;
        }

        double share(int concept) {
            double with = 0;
            for (int i = 0; i < labels.size(); i++) {
                with += has(i, concept) ? 1 : 0;
            }
            return with / labels.size();
        }

        double f1(int concept, boolean[] predicted) {
            double correct = 0;
            double wrong = 0;
            double missed = 0;
            for (int i = 0; i < predicted.length; i++) {
                correct += predicted[i] && has(i, concept) ? 1 : 0;
                wrong += predicted[i] && !has(i, concept) ? 1 : 0;
                missed += !predicted[i] && has(i, concept) ? 1 : 0;
            }
            return correct == 0 ? 0 : correct / (correct + (wrong + missed) / 2);
        }

        boolean[] above(int latent, float bound) {
            boolean[] predicted = new boolean[codes.size()];
            for (int i = 0; i < predicted.length; i++) {
                predicted[i] = codes.get(i)[latent] > bound;
            }
            return predicted;
        }
    }

    private static Tokens read(SparseAutoencoder sae, Split split) throws IOException {
        Tokens tokens = new Tokens(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open();
                LabelledReader reader = ConceptLabels.read(corpus, split)) {
            while (tokens.ids().size() < TOKENS) {
                LabelledBatch batch = reader.next(32);
                try (ActivationCache cache = model.cache(batch.tokens().toArray(model.manager()), SITE)) {
                    NDArray codes =
                            sae.encode(cache.get(SITE).reshape(-1, WIDTH)).dense();
                    for (int i = 0; i < batch.labels().length; i++) {
                        tokens.codes().add(codes.get(i).toFloatArray());
                        tokens.ids().add(batch.tokens().ids()[i]);
                        tokens.labels().add(batch.labels()[i]);
                    }
                }
            }
        }
        return tokens;
    }

    /** Compares every column with classifications counted one token at a time, in float64. */
    @Test
    void scoresEqualThoseOfSingleClassifications() throws IOException {
        try (SparseAutoencoder sae = dictionary(0.3f);
                ConceptScoring scoring = new ConceptScoring(model, SITE, corpus, TOKENS)) {
            Tokens training = read(sae, Split.TRAINING);
            Tokens heldOut = read(sae, Split.HELD_OUT);
            ConceptTable table = scoring.table(sae);
            for (int concept = 0; concept < CONCEPTS; concept++) {
                ConceptTable.Row row = table.rows().get(concept);
                assertEquals(heldOut.share(concept), row.share(), 1e-12);
                boolean[] all = new boolean[heldOut.ids().size()];
                Arrays.fill(all, true);
                assertEquals(
                        heldOut.f1(concept, all), row.controls().get(ConceptControl.ALWAYS_YES), 1e-12, "always yes");
                assertBest(training, heldOut, concept, row.latent());
            }
        }
    }

    /** Fails unless a detector has the highest F1 on training tokens and the reported F1 on held-out tokens. */
    private static void assertBest(Tokens training, Tokens heldOut, int concept, ConceptTable.Best reported) {
        double best = -1;
        List<Double> candidates = new ArrayList<>(); // held-out F1 of the reported latent at its best thresholds
        for (double threshold : THRESHOLDS) {
            for (int latent = 0; latent < LATENTS; latent++) {
                float largest = 0;
                for (float[] codes : training.codes()) {
                    largest = Math.max(largest, codes[latent]);
                }
                float bound = largest * (float) threshold;
                double f1 = training.f1(concept, training.above(latent, bound));
                if (f1 > best + 1e-6) {
                    best = f1;
                    candidates.clear();
                }
                if (f1 > best - 1e-6 && latent == reported.unit()) {
                    candidates.add(heldOut.f1(concept, heldOut.above(latent, bound)));
                }
            }
        }
        assertTrue(
                candidates.stream().anyMatch(f1 -> Math.abs(f1 - reported.f1()) < 1e-6),
                StoryCorpus.concepts().get(concept).name() + ": " + reported + ", expected one of " + candidates);
    }

    /** The null: latents that are equally active on all tokens detect a concept as well as predicting it always. */
    @Test
    void constantLatentsScoreLikeAlwaysYes() throws IOException {
        try (SparseAutoencoder constant = dictionary(0);
                ConceptScoring scoring = new ConceptScoring(model, SITE, corpus, TOKENS)) {
            for (ConceptTable.Row row : scoring.table(constant).rows()) {
                assertEquals(
                        row.controls().get(ConceptControl.ALWAYS_YES),
                        row.latent().f1(),
                        1e-6);
                assertTrue(!row.isFound() && !row.isAboveControls());
            }
        }
    }

    @Test
    void dictionaryOfAnotherWidthIsRefused() throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                SparseAutoencoder narrow = SparseAutoencoder.builder()
                        .architecture(TopK.of(1))
                        .weights(new Weights(
                                manager.ones(new Shape(2, 3)),
                                manager.zeros(new Shape(2)),
                                manager.ones(new Shape(2, 3)),
                                manager.zeros(new Shape(3))))
                        .build();
                ConceptScoring scoring = new ConceptScoring(model, SITE, corpus, 100)) {
            String message = assertThrows(InvalidInputException.class, () -> scoring.best(narrow))
                    .getMessage();
            assertEquals(
                    "the dictionary reads 3 columns, expected 48, the width of the site whose concepts are scored",
                    message);
        }
    }

    /** Creates a dictionary of 20 latents with random encoder rows of a given size, all of which have bias 1. */
    private static SparseAutoencoder dictionary(float size) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray directions = Weights.randomDirections(manager, LATENTS, WIDTH, 5);
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(LATENTS))
                    .weights(new Weights(
                            directions.mul(size),
                            manager.ones(new Shape(LATENTS)),
                            directions,
                            manager.zeros(new Shape(WIDTH))))
                    .build();
        }
    }
}
