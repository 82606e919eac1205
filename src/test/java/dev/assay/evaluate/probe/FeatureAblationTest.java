package dev.assay.evaluate.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FeatureAblationTest {
    private static final HookPoint SITE = HookPoint.residPost(1);

    private static HookedTransformer model;
    private static ConceptPrompts prompts;
    private static int width;

    @BeforeAll
    static void open() throws IOException {
        model = HookedTransformer.load("assay/stories");
        width = model.width(SITE);
        List<int[]> rows = List.of(
                model.tokenizer().encode("Tom was happy because"),
                model.tokenizer().encode("Anna went to the lake and"));
        prompts =
                ConceptPrompts.of(rows, new boolean[] {false, true}, new int[] {token("he")}, new int[] {token("she")});
    }

    private static int token(String word) {
        int[] ids = model.tokenizer().encode("the " + word);
        return ids[ids.length - 1];
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void ablatedNeuronBecomesZeroWithAnyScale() {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[20 * width];
        for (int i = 0; i < values.length / 2; i++) {
            values[i] = (float) random.nextGaussian();
            values[i + values.length / 2] = -values[i]; // mean 0, the origin of the dictionary
        }
        NDArray sample = model.manager().create(values, new Shape(20, width));
        try (Dictionary neurons = Baselines.of(sample).neurons().dense()) {
            float[] directions = neurons.decoder().toFloatArray();
            int[] ofDimension = IntStream.range(0, neurons.dSae()) // two latents, one of each sign
                    .filter(latent -> directions[latent * width + 5] != 0)
                    .toArray();
            assertEquals(2, ofDimension.length);
            for (double scale : new double[] {1, 3}) {
                float[] edited = FeatureAblation.of(neurons, scale, ofDimension)
                        .apply(sample)
                        .toFloatArray();
                float[] before = sample.toFloatArray();
                for (int i = 0; i < before.length; i++) {
                    assertEquals(i % width == 5 ? 0 : before[i], edited[i], 1e-5);
                }
            }
            LogisticRegressionTest.assertMessage(
                    "latent " + 2 * width + " does not exist, expected 0 to " + (2 * width - 1),
                    () -> FeatureAblation.of(neurons, 1, 2 * width));
        }
    }

    @Test
    void editOfNothingChangesNothingAndAnEditOfEverythingIsMeasured() {
        try (PromptEdits edits = PromptEdits.of(model, SITE, prompts)) {
            EditResult none = edits.run(rows -> rows, EditedPositions.ALL, SITE);
            assertArrayEquals(new double[2], none.editSize());
            assertArrayEquals(new double[2], none.divergence(), 1e-12);
            assertEquals(edits.baseRightProbability(), none.meanRightProbability(), 1e-12);
            double[] unedited =
                    PromptEdits.activations(model, prompts, SITE).get(SITE).values();
            assertArrayEquals(unedited, none.activations().get(SITE).values(), 1e-5);

            EditResult zero = edits.run(rows -> rows.mul(0f), EditedPositions.PREDICTION, SITE);
            for (int i = 0; i < 2; i++) {
                double norm = 0;
                for (int j = 0; j < width; j++) {
                    norm += unedited[i * width + j] * unedited[i * width + j];
                    assertEquals(0, zero.activations().get(SITE).value(i, j), 1e-12);
                }
                assertEquals(Math.sqrt(norm), zero.editSize()[i], 1e-4);
                assertTrue(zero.divergence()[i] > 0.01);
            }
            EditResult all = edits.run(rows -> rows.mul(0f), EditedPositions.ALL);
            assertTrue(all.editSize()[0] > zero.editSize()[0]);
            assertEquals(2, all.rightProbability().length);
        }
    }

    @Test
    void unusablePromptsAreRefusedInOneSentence() {
        LogisticRegressionTest.assertMessage(
                "the classes share a next token, expected different tokens",
                () -> ConceptPrompts.of(List.of(new int[] {1}), new boolean[1], new int[] {3}, new int[] {3}));
        LogisticRegressionTest.assertMessage(
                "there are 1 prompts, 1 lengths and 2 labels, expected the same number, at least one",
                () -> ConceptPrompts.of(List.of(new int[] {1}), new boolean[2], new int[] {3}, new int[] {4}));
    }
}
