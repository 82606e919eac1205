package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.ActivationEditor;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Autograd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Generation with a key-value cache against generation that recomputes every text at every step. */
@Tag("slow")
class CachedGenerationTest {
    private static final List<int[]> PROMPTS =
            List.of(new int[] {5, 17, 100}, new int[] {9}, new int[] {1, 2, 3, 4, 5, 6, 7});

    static List<String> names() {
        return Fixtures.NAMES;
    }

    private static HookedTransformer small(int contextLength) {
        TransformerConfig config = TransformerConfig.gpt2()
                .vocabularySize(210)
                .contextLength(contextLength)
                .layers(2)
                .dModel(16)
                .heads(2)
                .build();
        return HookedTransformer.initializer(config)
                .seed(4)
                .device(Device.cpu())
                .create();
    }

    private static List<int[]> recomputed(
            HookedTransformer model, List<int[]> prompts, int newTokens, Sampling sampling) {
        return new Generator(model.config().contextLength(), model::lastLogits)
                .continueTexts(prompts, newTokens, sampling);
    }

    private static void assertTextsEqual(List<int[]> expected, List<int[]> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i));
        }
    }

    private static void assertGeneratesAsRecomputed(HookedTransformer model, int newTokens) {
        for (Sampling sampling : List.of(Sampling.greedy(), new Sampling(0.9, 20, 3))) {
            assertTextsEqual(
                    recomputed(model, PROMPTS, newTokens, sampling), model.generate(PROMPTS, newTokens, sampling));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void generatesTheTokensOfRecomputation(String name) {
        try (HookedTransformer model = Fixtures.load(name)) {
            assertGeneratesAsRecomputed(model, 12);
        }
    }

    @Test
    void generatesTheTokensOfRecomputationBeyondTheContextLength() {
        // The longest text moves to later tokens first, then the others follow.
        try (HookedTransformer model = small(12)) {
            assertGeneratesAsRecomputed(model, 20);
            int[] longer = IntStream.range(0, 30).toArray();
            assertTextsEqual(
                    recomputed(model, List.of(longer, new int[] {3}), 5, Sampling.greedy()),
                    model.generate(List.of(longer, new int[] {3}), 5, Sampling.greedy()));
        }
    }

    @Test
    void generatesTheTokensOfRecomputationUnderDynamicRotation() {
        try (HookedTransformer model = KeyValueCacheTest.dynamic(9)) {
            List<int[]> prompts = List.of(new int[] {5, 17, 20}, new int[] {9});
            assertTextsEqual(
                    recomputed(model, prompts, 14, Sampling.greedy()), model.generate(prompts, 14, Sampling.greedy()));
        }
    }

    @Test
    void computesEachTokenOnce() {
        try (HookedTransformer model = small(64)) {
            List<Long> seen = new ArrayList<>();
            try (HookScope open = model.hooks()
                    .read(
                            HookPoint.residPost(1),
                            (x, site) -> seen.add(site.tokens().getShape().get(1)))
                    .incremental()
                    .open()) {
                model.generate(new int[] {5, 17, 100}, 4);
            }
            assertEquals(List.of(3L, 1L, 1L, 1L), seen);
        }
    }

    @Test
    void hooksThatAreNotIncrementalSeeWholeTexts() {
        try (HookedTransformer model = small(64)) {
            List<Long> seen = new ArrayList<>();
            try (HookScope open = model.hooks()
                    .read(
                            HookPoint.residPost(1),
                            (x, site) -> seen.add(site.tokens().getShape().get(1)))
                    .open()) {
                model.generate(new int[] {5, 17, 100}, 4);
            }
            assertEquals(List.of(3L, 4L, 5L, 6L), seen);
        }
    }

    /** Adds to the last position of each text: an edit that is undone when the text grows. */
    private static final ActivationEditor LAST = (x, site) -> {
        NDArray edited = x.duplicate();
        edited.set(new NDIndex(":, -1"), x.get(new NDIndex(":, -1")).mul(3f));
        return edited;
    };

    @ParameterizedTest
    @MethodSource("names")
    void editsOfTheLastPositionAreUndoneWhenTheTextGrows(String name) {
        try (HookedTransformer model = Fixtures.load(name)) {
            List<int[]> plain = model.generate(PROMPTS, 8, Sampling.greedy());
            List<int[]> expected;
            try (HookScope open =
                    model.hooks().edit(HookPoint.residPost(0), LAST).open()) {
                expected = model.generate(PROMPTS, 8, Sampling.greedy());
            }
            try (HookScope open = model.hooks()
                    .edit(HookPoint.residPost(0), LAST)
                    .incremental(1)
                    .open()) {
                assertTextsEqual(expected, model.generate(PROMPTS, 8, Sampling.greedy()));
            }
            assertFalse(IntStream.range(0, 3).allMatch(i -> Arrays.equals(plain.get(i), expected.get(i))));
        }
    }

    @Test
    void aLargeNumberOfLaterTokensRecomputesShortTexts() {
        try (HookedTransformer model = small(64);
                HookScope open = model.hooks()
                        .edit(HookPoint.residPost(0), (x, site) -> x.mul(1.5f))
                        .incremental(4)
                        .open()) {
            assertGeneratesAsRecomputed(model, 9);
        }
    }

    @Test
    void changedHooksInvalidateTheCache() {
        try (HookedTransformer model = small(64);
                GrowingTexts texts = new GrowingTexts(model, 64)) {
            assertArrayEquals(model.lastLogits(PROMPTS), texts.nextLogits(PROMPTS));
            List<int[]> grown = PROMPTS.stream()
                    .map(prompt -> IntStream.concat(IntStream.of(prompt), IntStream.of(8))
                            .toArray())
                    .toList();
            try (HookScope open = model.hooks()
                    .edit(HookPoint.residPost(0), (x, site) -> x.mul(2f))
                    .incremental()
                    .open()) {
                assertArrayEquals(model.lastLogits(grown), texts.nextLogits(grown));
            }
        }
    }

    @Test
    void listenerEndsATextWithoutChangingTheOthers() {
        try (HookedTransformer model = small(64)) {
            Sampling sampling = Sampling.random(5);
            List<int[]> all = model.generate(PROMPTS, 10, sampling);
            List<List<Integer>> received = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            List<int[]> found = model.generate(PROMPTS, 10, sampling, (text, token, logits) -> {
                assertEquals(210, logits.length);
                received.get(text).add(token);
                return text != 2 || received.get(2).size() < 4;
            });
            assertArrayEquals(all.get(0), found.get(0));
            assertArrayEquals(all.get(1), found.get(1));
            assertArrayEquals(Arrays.copyOf(all.get(2), 7 + 4), found.get(2));
            assertEquals(IntStream.of(found.get(2)).skip(7).boxed().toList(), received.get(2));
        }
    }

    @Test
    void identicalPromptsContinueIndependently() {
        try (HookedTransformer model = small(64)) {
            int[] prompt = {4, 4, 4};
            List<int[]> found = model.generate(
                    List.of(prompt, prompt, prompt), 6, Sampling.greedy(), (text, token, logits) -> text != 1);
            int[] alone = model.generate(prompt, 6);
            assertArrayEquals(alone, found.get(0));
            assertArrayEquals(Arrays.copyOf(alone, 4), found.get(1));
            assertArrayEquals(alone, found.get(2));
        }
    }

    @Test
    void recordsNoGradients() {
        try (HookedTransformer model = small(64)) {
            int[] expected = model.generate(new int[] {5, 17, 100}, 6);
            try (Autograd recording = Autograd.recording()) {
                assertArrayEquals(expected, model.generate(new int[] {5, 17, 100}, 6));
                assertTrue(Autograd.isRecording());
            }
        }
    }

    @Test
    void rejectsTokensOutsideTheVocabularyAndNegativeLengths() {
        try (HookedTransformer model = small(64)) {
            InvalidInputException refused =
                    assertThrows(InvalidInputException.class, () -> model.generate(new int[] {210}, 1));
            assertEquals("token id 210 is not in the model's vocabulary, expected 0 to 209", refused.getMessage());
            refused = assertThrows(InvalidInputException.class, () -> model.generate(new int[] {1}, -1));
            assertEquals("the number of new tokens is -1, expected at least 0", refused.getMessage());
            refused = assertThrows(
                    InvalidInputException.class, () -> model.hooks().incremental(-1));
            assertEquals("the number of later tokens is -1, expected at least 0", refused.getMessage());
        }
    }
}
