package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares prompts that reuse earlier ones with a forward pass and with a new cache. */
class PromptCacheTest {
    private static final int BLOCK = 64;

    private static HookedTransformer model;

    @BeforeAll
    static void load() throws IOException {
        model = HookedTransformer.load("assay/stories"); // 128 positions
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** Returns a text whose tokens up to {@code shared} do not depend on the seed. */
    private static int[] text(int length, int shared, int seed) {
        return IntStream.range(0, length)
                .map(i -> 5 + (i < shared ? 7 * i * i + i : seed * 31 + 11 * i * i + 3 * i) % 900)
                .toArray();
    }

    private static float[][] forward(int... text) {
        try (Scope scope = Scope.open()) {
            NDArray logits = model.forward(model.manager()
                    .create(Arrays.stream(text).asLongStream().toArray())
                    .reshape(1, -1));
            float[][] rows = new float[text.length][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = logits.get(0, i).toFloatArray();
            }
            return rows;
        }
    }

    private static void assertPredicts(int[] text, List<PromptCache.Prediction> found, int top) {
        float[][] logits = forward(text);
        assertEquals(text.length - 1, found.size());
        for (int i = 1; i < text.length; i++) {
            LogProbabilities expected = LogProbabilities.of(logits[i - 1]);
            PromptCache.Prediction prediction = found.get(i - 1);
            assertEquals(expected.of(text[i]), prediction.logProbability(), 1e-4, "token " + i);
            assertEquals(top, prediction.mostProbable().size());
            for (int rank = 0; rank < top; rank++) {
                assertEquals(
                        expected.top(top).get(rank).logProbability(),
                        prediction.mostProbable().get(rank).logProbability(),
                        1e-4);
            }
        }
    }

    @Test
    void logitsEqualThoseOfAForwardPassAndDoNotDependOnEarlierPrompts() {
        try (PromptCache prompts = PromptCache.of(model)) {
            for (int[] text : List.of(
                    text(100, 80, 1),
                    text(110, 80, 2),
                    text(127, 127, 3),
                    text(64, 64, 3),
                    text(65, 65, 3),
                    text(3, 0, 4))) {
                float[] found = prompts.nextLogits(text);
                assertArrayEquals(forward(text)[text.length - 1], found, 1e-3f);
                try (PromptCache fresh = PromptCache.of(model)) {
                    assertArrayEquals(fresh.nextLogits(text), found, "exactly the logits without earlier prompts");
                }
            }
        }
    }

    @Test
    void wholeBlocksOfACommonPrefixAreComputedOnce() {
        try (PromptCache prompts = PromptCache.of(model)) {
            prompts.nextLogits(text(100, 80, 1));
            assertEquals(100, prompts.computedTokens());
            prompts.nextLogits(text(110, 80, 2));
            assertEquals(100 + 110 - BLOCK, prompts.computedTokens());
            prompts.nextLogits(text(110, 80, 2));
            assertEquals(100 + 2 * (110 - BLOCK), prompts.computedTokens(), "the last token is always computed");
            prompts.nextLogits(text(110, 63, 5));
            assertEquals(100 + 2 * (110 - BLOCK) + 110, prompts.computedTokens(), "another first block");
        }
    }

    @Test
    void addedTokensCostOneTokenEach() {
        int[] text = text(80, 80, 0);
        try (PromptCache prompts = PromptCache.of(model)) {
            prompts.nextLogits(Arrays.copyOf(text, 60));
            float[] found = new float[0];
            for (int i = 60; i < text.length; i++) {
                found = prompts.append(text[i]);
            }
            assertEquals(80, prompts.computedTokens());
            assertArrayEquals(forward(text)[79], found, 1e-3f);
            // Blocks that were not computed as a whole are not reused, so the next result does not depend on the
            // answer.
            float[] next = prompts.nextLogits(text(100, 80, 2));
            assertEquals(180, prompts.computedTokens());
            try (PromptCache fresh = PromptCache.of(model)) {
                assertArrayEquals(fresh.nextLogits(text(100, 80, 2)), next);
            }
        }
    }

    @Test
    void predictionsEqualThoseOfAForwardPassAndDoNotDependOnEarlierPrompts() {
        try (PromptCache prompts = PromptCache.of(model)) {
            for (int[] text : List.of(
                    text(128, 100, 1),
                    text(120, 100, 2),
                    text(65, 65, 1),
                    text(66, 66, 1),
                    text(128, 128, 1),
                    text(2, 2, 1))) {
                List<PromptCache.Prediction> found = prompts.predictions(text, 3);
                assertPredicts(text, found, 3);
                try (PromptCache fresh = PromptCache.of(model)) {
                    assertEquals(fresh.predictions(text, 3), found, "exactly those without earlier prompts");
                }
                prompts.nextLogits(text(90, 80, text.length));
            }
            assertPredicts(text(100, 100, 1), prompts.predictions(text(100, 100, 1), 0), 0);
        }
    }

    @Test
    void predictionsOfACommonPrefixAreReused() {
        try (PromptCache prompts = PromptCache.of(model)) {
            prompts.predictions(text(100, 80, 1), 2);
            long before = prompts.computedTokens();
            prompts.predictions(text(100, 80, 2), 2);
            assertEquals(before + 99 - BLOCK, prompts.computedTokens());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1})
    void openHooksAct(int laterTokens) {
        int[] text = text(90, 90, 1);
        try (PromptCache prompts = PromptCache.of(model)) {
            float[] plain = prompts.nextLogits(text);
            HookBuilder hooks = model.hooks().edit(HookPoint.residPost(0), (x, site) -> x.mul(2f));
            try (HookScope open = (laterTokens < 0 ? hooks : hooks.incremental(laterTokens)).open()) {
                float[][] expected = forward(text);
                assertArrayEquals(expected[89], prompts.nextLogits(text), 1e-3f);
                assertArrayEquals(forward(text(91, 91, 1))[90], prompts.append(text(91, 91, 1)[90]), 1e-3f);
                assertPredicts(text, prompts.predictions(text, 2), 2);
                assertTrue(Math.abs(expected[89][3] - plain[3]) > 1e-3);
            }
            assertArrayEquals(plain, prompts.nextLogits(text));
        }
    }

    @Test
    void refusesPromptsOutsideTheContext() {
        try (PromptCache prompts = PromptCache.of(model)) {
            assertThrows(InvalidInputException.class, () -> prompts.append(3));
            assertThrows(InvalidInputException.class, () -> prompts.nextLogits());
            assertThrows(InvalidInputException.class, () -> prompts.predictions(new int[] {1}, 0));
            String message = assertThrows(InvalidInputException.class, () -> prompts.nextLogits(text(129, 0, 1)))
                    .getMessage();
            assertEquals("the prompt has 129 tokens, expected 1 to 128, the context length of assay/stories", message);
            assertThrows(InvalidInputException.class, () -> prompts.nextLogits(100_000));
        }
    }
}
