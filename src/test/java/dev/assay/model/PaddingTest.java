package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class PaddingTest {
    private static final List<String> TEXTS =
            List.of("one sunny morning", "a", "Nora gave Tom a red ball, and he threw it over the wall");

    private static HookedTransformer neox;
    private static HookedTransformer gpt2;

    @BeforeAll
    static void load() {
        neox = Fixtures.load("gpt_neox");
        gpt2 = Fixtures.load("gpt2");
    }

    @AfterAll
    static void unload() {
        neox.close();
        gpt2.close();
    }

    private static HookedTransformer model(String name) {
        return name.equals("gpt2") ? gpt2 : neox;
    }

    private static double distance(NDArray a, NDArray b) {
        return a.sub(b).abs().max().getFloat();
    }

    @ParameterizedTest
    @EnumSource
    void padsTextsToTheLongest(Padding side) {
        try (Scope scope = Scope.open()) {
            PaddedTokens padded = gpt2.tokens(TEXTS, side);
            int longest = gpt2.tokenizer().encode(TEXTS.get(2)).length;
            assertEquals(new Shape(3, longest), padded.tokens().getShape());
            assertEquals(DataType.INT64, padded.tokens().getDataType());
            for (int row = 0; row < 3; row++) {
                int[] ids = gpt2.tokenizer().encode(TEXTS.get(row));
                int start = side == Padding.LEFT ? longest - ids.length : 0;
                long[] found = padded.tokens().get(row).toLongArray();
                boolean[] real = padded.mask().get(row).toBooleanArray();
                for (int i = 0; i < longest; i++) {
                    boolean within = i >= start && i < start + ids.length;
                    assertEquals(within, real[i]);
                    assertEquals(
                            within
                                    ? ids[i - start]
                                    : Math.max(0, gpt2.tokenizer().eosId()),
                            found[i]);
                }
            }
        }
    }

    static Stream<Arguments> namesAndSides() {
        return Fixtures.NAMES.stream()
                .flatMap(name -> Stream.of(Padding.values()).map(side -> Arguments.of(name, side)));
    }

    @ParameterizedTest
    @MethodSource("namesAndSides")
    void paddedTextHasTheActivationsOfTheTextAlone(String name, Padding side) {
        // One of them is longer than the windows of the fixtures.
        List<int[]> texts = List.of(new int[] {7, 30, 2}, new int[] {9}, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7});
        try (HookedTransformer model = Fixtures.load(name);
                Scope scope = Scope.open()) {
            HookPoint[] points = model.hookPoints().stream()
                    .filter(point -> !point.kind().isPairwise())
                    .toArray(HookPoint[]::new);
            PaddedTokens padded = PaddedTokens.of(model.manager(), texts, side, 0);
            Site site = new Site(points[0], padded.tokens(), padded.mask());
            NDArray logits = site.real(model.forward(padded.tokens(), padded.mask()));
            NDList alone = new NDList();
            Map<HookPoint, NDList> rows = new LinkedHashMap<>();
            for (int[] text : texts) {
                NDArray tokens =
                        PaddedTokens.of(model.manager(), List.of(text), side, 0).tokens();
                alone.add(model.forward(tokens).get(0));
                try (ActivationCache one = model.cache(tokens, points)) {
                    assertNull(one.mask());
                    for (HookPoint point : points) {
                        rows.computeIfAbsent(point, of -> new NDList()).add(one.real(point));
                    }
                }
            }
            assertTrue(distance(NDArrays.concat(alone), logits) < 1e-4);
            try (ActivationCache batch = model.cache(padded.tokens(), padded.mask(), points)) {
                assertEquals(padded.tokens(), batch.tokens());
                assertEquals(padded.mask(), batch.mask());
                for (HookPoint point : points) {
                    assertTrue(distance(NDArrays.concat(rows.get(point)), batch.real(point)) < 1e-4, point.name());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void hookReadsTheRowsOfRealPositions(Padding side) {
        List<NDArray> rows = new ArrayList<>();
        List<long[]> ids = new ArrayList<>();
        try (Scope scope = Scope.open();
                HookScope open = gpt2.hooks()
                        .read(HookPoint.z(1), (x, site) -> {
                            rows.add(scope.keep(site.real(x)));
                            ids.add(site.real(site.tokens()).toLongArray());
                        })
                        .open()) {
            PaddedTokens padded = gpt2.tokens(TEXTS, side);
            gpt2.observe(padded.tokens(), padded.mask());
            List<Long> expected = new ArrayList<>();
            for (String text : TEXTS) {
                for (int id : gpt2.tokenizer().encode(text)) {
                    expected.add((long) id);
                }
            }
            assertArrayEquals(expected.stream().mapToLong(id -> id).toArray(), ids.get(0));
            assertEquals(
                    new Shape(expected.size(), gpt2.width(HookPoint.z(1))),
                    rows.get(0).getShape());
        }
    }

    @Test
    void rejectsRealRowsOfPairwiseSites() {
        try (Scope scope = Scope.open();
                ActivationCache cache = gpt2.cache(gpt2.tokens(TEXTS.get(0)), HookPoint.pattern(0))) {
            InvalidInputException refused =
                    assertThrows(InvalidInputException.class, () -> cache.real(HookPoint.pattern(0)));
            assertTrue(refused.getMessage().contains("one number per pair of positions"), refused.getMessage());
            Site site = new Site(HookPoint.z(0), cache.tokens(), null);
            refused = assertThrows(
                    InvalidInputException.class, () -> site.real(gpt2.manager().ones(new Shape(9, 9))));
            assertTrue(refused.getMessage().contains("the values have shape (9, 9)"), refused.getMessage());
        }
    }

    @Test
    void rejectsAnEmptyText() {
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> gpt2.tokens(List.of("a", ""), Padding.LEFT));
        assertEquals("sequence 2 of 2 has no tokens, expected at least one", refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"gpt_neox, 0", "gpt_neox, 0.8", "gpt2, 0", "gpt2, 0.8"})
    void continuesEachPromptIndependentlyOfTheBatch(String name, double temperature) {
        HookedTransformer model = model(name);
        List<int[]> prompts = List.of(new int[] {5, 17, 200}, new int[] {9}, new int[] {1, 2, 3, 4, 5, 6, 7});
        Sampling sampling = temperature == 0 ? Sampling.greedy() : new Sampling(temperature, 20, 3);
        List<int[]> together = model.generate(prompts, 9, sampling);
        for (int i = 0; i < prompts.size(); i++) {
            assertArrayEquals(model.generate(prompts.get(i), 9, sampling), together.get(i));
        }
    }
}
