package dev.assay.evaluate.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.evaluate.ConceptControl;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PermutedModel;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class PermutedModelControlTest {
    private static final int LATENTS = 20;
    private static final int TOKENS = 1000;
    private static final HookPoint SITE = HookPoint.residPost(1);

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

    @Test
    void permutedModelHasTheSameWeightsInAnotherOrder() {
        try (Scope scope = Scope.open();
                HookedTransformer permuted = PermutedModel.of(model, 3);
                HookedTransformer same = PermutedModel.of(model, 3);
                HookedTransformer other = PermutedModel.of(model, 4)) {
            Map<String, NDArray> copies = permuted.parameters();
            model.parameters().forEach((name, weights) -> {
                float[] sorted = weights.toFloatArray();
                float[] copy = copies.get(name).toFloatArray();
                assertEquals(weights.getShape(), copies.get(name).getShape());
                assertTrue(
                        Arrays.stream(toDouble(sorted)).distinct().count() == 1 || !Arrays.equals(sorted, copy), name);
                Arrays.sort(sorted);
                Arrays.sort(copy);
                assertArrayEquals(sorted, copy, name);
            });
            assertEquals(permuted.hash(), same.hash());
            assertTrue(!permuted.hash().equals(other.hash()));
            assertEquals(model.name() + " with permuted weights (seed 3)", permuted.name());
        }
    }

    private static double[] toDouble(float[] values) {
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    @Test
    void permutedModelIsScoredLikeTheModelItself() throws IOException {
        try (SparseAutoencoder sae = dictionary();
                ConceptScoring scoring = new ConceptScoring(model, SITE, corpus, TOKENS)) {
            ConceptTable table = scoring.table(sae);
            PermutedModelControl control = PermutedModelControl.of(model, SITE, corpus)
                    .like(sae)
                    .activeLatents(4)
                    .trainingTokens(8192)
                    .scoredTokens(TOKENS)
                    .seed(3);
            ConceptTable more = control.addTo(table);
            assertEquals(table.rows().size(), more.rows().size());
            for (ConceptTable.Row row : more.rows()) {
                double trained = row.controls().get(ConceptControl.PERMUTED_MODEL);
                double random = row.controls().get(ConceptControl.PERMUTED_RANDOM);
                assertTrue(trained >= 0 && trained <= 1 && random >= 0 && random <= 1);
            }
            assertEquals(more, control.addTo(table), "the control is deterministic");
            try (HookedTransformer permuted = PermutedModel.of(model, 3);
                    ConceptScoring on = new ConceptScoring(permuted, SITE, corpus, TOKENS)) {
                double[] random = on.random(LATENTS);
                for (int concept = 0; concept < random.length; concept++) {
                    assertEquals(
                            random[concept], more.rows().get(concept).controls().get(ConceptControl.PERMUTED_RANDOM));
                }
            }
        }
    }

    private static SparseAutoencoder dictionary() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray directions = Weights.randomDirections(manager, LATENTS, 48, 5);
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(4))
                    .weights(new Weights(
                            directions, manager.zeros(new Shape(LATENTS)), directions, manager.zeros(new Shape(48))))
                    .metadata(SaeMetadata.builder().hookName(SITE.name()).build())
                    .build();
        }
    }
}
