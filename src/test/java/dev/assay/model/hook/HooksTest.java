package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.LentMemory;
import dev.assay.model.Fixtures;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.network.EarlierTokens;
import dev.assay.model.internal.network.Pass;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HooksTest {
    private static HookedTransformer neox;
    private static HookedTransformer gpt2;
    private Scope scope;

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

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static HookedTransformer model(String name) {
        return name.equals("gpt2") ? gpt2 : neox;
    }

    private static NDArray tokens(HookedTransformer model) {
        return model.manager().create(new long[] {5, 17, 200, 3, 42, 8, 9, 250, 31, 6, 77, 100}, new Shape(2, 6));
    }

    private static double distance(NDArray a, NDArray b) {
        return a.sub(b).abs().max().getFloat();
    }

    @Test
    void editsRunInTheOrderOfOpeningUntilTheirScopeCloses() {
        NDArray clean = neox.forward(tokens(neox));
        HookPoint point = HookPoint.residPost(1);
        try (HookScope outer = neox.hooks().edit(point, (x, site) -> x.mul(0)).open();
                HookScope inner = neox.hooks()
                        .edit(point, (x, site) -> x.add(3))
                        .read(point, (x, site) -> {
                            assertEquals(3, x.min().getFloat());
                            assertEquals(3, x.max().getFloat());
                        })
                        .open()) {
            neox.observe(tokens(neox));
        }
        assertEquals(0, distance(clean, neox.forward(tokens(neox))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gpt2"})
    void editMayReturnTheSameArrayInEveryRun(String name) {
        HookedTransformer model = model(name);
        for (HookPoint point : model.hookPoints()) {
            try (Scope inner = Scope.open();
                    ActivationCache cache = model.cache(tokens(model), point);
                    HookScope open = model.hooks()
                            .edit(point, (x, site) -> cache.get(point))
                            .open()) {
                NDArray once = model.forward(tokens(model));
                assertEquals(0, distance(once, model.forward(tokens(model))), point.name());
            }
        }
    }

    @Test
    void cacheKeepsEditedActivationsAndClosedTokens() {
        HookPoint point = HookPoint.residPost(1);
        NDArray lent = tokens(neox);
        long[] ids = lent.toLongArray();
        try (HookScope open = neox.hooks()
                        .edit(
                                point,
                                (x, site) -> x.getManager()
                                        .create(filled((int) x.size(), 7), x.getShape())
                                        .reshape(x.getShape()))
                        .open();
                ActivationCache cache = neox.cache(lent, point)) {
            lent.close();
            LentMemory.free();
            assertArrayEquals(ids, cache.tokens().toLongArray());
            assertArrayEquals(
                    filled((int) cache.get(point).size(), 7), cache.get(point).toFloatArray());
        }
    }

    private static float[] filled(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gpt2"})
    void rowOfOnlyPaddingHasFiniteActivations(String name) {
        HookedTransformer model = model(name);
        NDArray mask = model.manager().create(new long[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}, new Shape(2, 6));
        NDArray logits = model.forward(tokens(model), mask);
        assertFalse(logits.isNaN().any().getBoolean());
        NDArray alone = model.forward(tokens(model).get("1:"));
        assertTrue(distance(alone, logits.get("1:")) < 1e-5);
        try (ActivationCache cache = model.cache(tokens(model), HookPoint.pattern(0))) {
            assertEquals(
                    1, cache.get(HookPoint.pattern(0)).sum(new int[] {-1}).min().getFloat(), 1e-5);
        }
    }

    @Test
    void runStopsAtTheDeepestSite() {
        List<String> reached = new ArrayList<>();
        HookBuilder hooks = neox.hooks();
        for (HookPoint point : neox.hookPoints()) {
            hooks.read(point, (x, site) -> reached.add(point.name()));
        }
        try (HookScope open = hooks.open()) {
            List<HookPoint> points = neox.hookPoints();
            for (int i = 0; i < points.size(); i++) {
                reached.clear();
                try (ActivationCache cache = neox.cache(tokens(neox), points.get(i))) {
                    assertEquals(
                            points.subList(0, i + 1).stream()
                                    .map(HookPoint::name)
                                    .toList(),
                            reached);
                }
            }
        }
    }

    @Test
    void parallelBlockSkipsUnneededAttention() {
        Pass pass = new Pass(
                HookTable.of(3, List.of(new HookTable.Entry(HookPoint.mlpOut(1), (x, site) -> x))),
                Kind.MLP_OUT.slot(1, 3),
                null,
                null,
                EarlierTokens.NONE,
                null);
        assertTrue(pass.needsAttention(0));
        assertFalse(pass.needsAttention(1));
        try (ActivationCache alone = neox.cache(tokens(neox), HookPoint.mlpOut(1));
                ActivationCache both = neox.cache(tokens(neox), HookPoint.mlpOut(1), HookPoint.residPost(1))) {
            assertEquals(0, distance(alone.get(HookPoint.mlpOut(1)), both.get(HookPoint.mlpOut(1))));
        }
    }

    @Test
    void hooksActOnlyOnTheirThread() throws InterruptedException {
        NDArray clean = neox.forward(tokens(neox));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (HookScope open = neox.hooks()
                .edit(HookPoint.residPost(0), (x, site) -> x.zerosLike())
                .open()) {
            assertTrue(distance(clean, neox.forward(tokens(neox))) > 1e-3);
            Thread other = new Thread(() -> {
                try (Scope inner = Scope.open()) {
                    assertEquals(0, distance(clean, neox.forward(tokens(neox))));
                    assertThrows(IllegalStateException.class, open::close);
                }
            });
            other.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            other.start();
            other.join();
        }
        assertNull(failure.get());
    }

    @Test
    void cacheOutlivesTheRunAndHasEverySiteByDefault() {
        try (ActivationCache cache = gpt2.cache(tokens(gpt2))) {
            assertEquals(gpt2.hookPoints(), List.copyOf(cache.hookPoints()));
            NDArray sum = cache.get(HookPoint.residPre(2))
                    .add(cache.get(HookPoint.attnOut(2)))
                    .add(cache.get(HookPoint.mlpOut(2)));
            assertTrue(distance(sum, cache.get(HookPoint.residPost(2))) < 1e-5);
            assertThrows(IllegalArgumentException.class, () -> cache.get(HookPoint.residPre(9)));
        }
    }

    @Test
    void nativeMemoryStaysFlat() {
        HookPoint point = HookPoint.residPost(1);
        int before = 0;
        for (int i = 0; i < 200; i++) {
            try (Scope step = Scope.open();
                    HookScope open = neox.hooks()
                            .read(HookPoint.pattern(0), (x, site) -> x.sum())
                            .edit(point, (x, site) -> x.mul(0.9f))
                            .open();
                    ActivationCache cache = neox.cache(tokens(neox), point, HookPoint.mlpPost(2))) {
                neox.forward(tokens(neox));
            }
            if (i == 10) {
                before = neox.manager().getManagedArrays().size();
            }
        }
        assertEquals(before, neox.manager().getManagedArrays().size());
    }

    @Test
    void rejectsSitesThatTheModelLacks() {
        refused(
                "hook point blocks.3.hook_resid_post has block 3, expected a block of the model, 0 to 2",
                () -> neox.hooks().read(HookPoint.residPost(3), (x, site) -> {}));
        refused(
                "hook point blocks.0.hook_resid_mid does not exist in a gpt_neox model with parallel blocks;",
                () -> neox.cache(tokens(neox), HookPoint.residMid(0)));
        try (HookedTransformer phi = Fixtures.load("phi")) {
            refused(
                    "blocks.0.ln2.hook_scale does not exist in a phi model whose blocks share the norm ln1;",
                    () -> phi.cache(tokens(phi), new HookPoint(Kind.LN2_SCALE, 0)));
        }
        refused("has one number per pair of positions", () -> neox.width(HookPoint.pattern(0)));
        assertEquals(48, neox.width(HookPoint.z(0)));
        assertEquals(96, neox.width(HookPoint.mlpPost(0)));
    }

    @Test
    void rejectsAnEditOfAnotherShape() {
        try (HookScope open =
                neox.hooks().edit(HookPoint.mlpOut(0), (x, site) -> x.get("0")).open()) {
            refused(
                    "an edit of blocks.0.hook_mlp_out returned shape (6, 48), expected (2, 6, 48)",
                    () -> neox.forward(tokens(neox)));
        }
    }

    @Test
    void rejectsInvalidTokens() {
        refused(
                "token id 300 is not in the model's vocabulary, expected 0 to 299",
                () -> neox.forward(neox.manager().create(new long[] {300}, new Shape(1, 1))));
        refused(
                "the sequences have 65 tokens, expected at most the model's context length, 64",
                () -> gpt2.forward(gpt2.manager().create(new long[65], new Shape(1, 65))));
        refused(
                "the tokens are int32 of shape (1, 2)",
                () -> neox.forward(neox.manager().create(new int[2], new Shape(1, 2))));
        refused(
                "the mask has shape (2, 5)",
                () -> neox.forward(tokens(neox), neox.manager().ones(new Shape(2, 5))));
    }

    private static void refused(String message, Runnable action) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, action::run);
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
        assertTrue(refused instanceof InvalidInputException || message.startsWith("an edit"));
    }
}
