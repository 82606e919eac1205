package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class PausedPassTest {
    private static final int LENGTH = 7;

    /** Returns one checkpoint of each structure: norms, halves, positions, windows. */
    static List<String> families() {
        return List.of("gpt_neox", "gpt2", "llama", "mistral", "qwen3", "gemma2", "gemma3_text", "phi");
    }

    /** Returns the sites outside the blocks and those of one block between others. */
    private static List<HookPoint> points(HookedTransformer model) {
        return model.hookPoints().stream()
                .filter(point -> point.block() == -1 || point.block() == 1)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("families")
    void continuationHasTheBitsOfAWholePassAtEveryHookPoint(String family) {
        try (HookedTransformer model = Fixtures.load(family);
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model);
            NDArray mask = mask(model);
            for (HookPoint point : points(model)) {
                try (Scope ofPoint = Scope.open()) {
                    requireSameBits(model, point, tokens, mask);
                    requireSameBits(model, point, tokens, null);
                }
            }
        }
    }

    private static NDArray tokens(HookedTransformer model) {
        long[] ids = {0, 0, 5, 9, 2, 17, 3, 8, 1, 4, 4, 20, 6, 11};
        return model.manager().create(ids, new Shape(2, LENGTH));
    }

    /** Returns a mask with two positions of padding before the first text. */
    private static NDArray mask(HookedTransformer model) {
        boolean[] real = new boolean[2 * LENGTH];
        Arrays.fill(real, 2, real.length, true);
        return model.manager().create(real, new Shape(2, LENGTH));
    }

    private static void requireSameBits(HookedTransformer model, HookPoint point, NDArray tokens, NDArray mask) {
        try (PausedPass pass = PausedPass.at(point, model, tokens, mask)) {
            float[] clean;
            float[] edited;
            try (HookScope pause = identity(model, pass.point())) {
                clean = model.forward(tokens, mask).toFloatArray();
                try (HookScope hooks = halved(model, point)) {
                    edited = model.forward(tokens, mask).toFloatArray();
                }
            }
            assertFalse(Arrays.equals(clean, edited), () -> "the edit of " + point + " has no effect");
            for (int repeat = 0; repeat < 2; repeat++) { // continuations leave the stored values unchanged
                assertArrayEquals(clean, pass.forward().toFloatArray(), () -> "clean from " + point);
                try (HookScope hooks = halved(model, point)) {
                    assertArrayEquals(edited, pass.forward().toFloatArray(), () -> "edited at " + point);
                }
            }
        }
    }

    private static HookScope identity(HookedTransformer model, HookPoint point) {
        return model.hooks().edit(point, (x, site) -> x).open();
    }

    private static HookScope halved(HookedTransformer model, HookPoint point) {
        return model.hooks().edit(point, (x, site) -> x.mul(0.5f)).open();
    }

    @ParameterizedTest
    @MethodSource("families")
    void cacheOfAContinuationHasTheBitsOfAWholePass(String family) {
        try (HookedTransformer model = Fixtures.load(family);
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model);
            for (HookPoint point : points(model)) {
                try (PausedPass pass = PausedPass.at(point, model, tokens);
                        HookScope pause = identity(model, pass.point());
                        ActivationCache expected = model.cache(tokens, point);
                        ActivationCache found = pass.cache(point)) {
                    assertArrayEquals(
                            expected.get(point).toFloatArray(), found.get(point).toFloatArray(), point::name);
                    assertEquals(1, found.hookPoints().size());
                }
            }
        }
    }

    @Test
    void hooksBeforeThePauseActOnceAndThoseBehindItInEveryContinuation() {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model);
            HookPoint before = HookPoint.attnOut(0);
            HookPoint behind = HookPoint.mlpOut(1);
            int[] calls = new int[2];
            float[] expected;
            try (HookScope first = halved(model, before);
                    HookScope second = halved(model, behind);
                    HookScope pause = identity(model, HookPoint.residPost(0))) {
                expected = model.forward(tokens).toFloatArray();
            }
            PausedPass pass;
            try (HookScope first = halved(model, before);
                    HookScope counted =
                            model.hooks().read(before, (x, site) -> calls[0]++).open()) {
                pass = PausedPass.at(HookPoint.residPost(0), model, tokens);
            }
            try (pass;
                    HookScope ignored = halved(model, before);
                    HookScope second = halved(model, behind);
                    HookScope counted = model.hooks()
                            .read(before, (x, site) -> calls[0]++)
                            .read(behind, (x, site) -> calls[1]++)
                            .open()) {
                assertArrayEquals(expected, pass.forward().toFloatArray());
                pass.observe();
                assertArrayEquals(new int[] {1, 2}, calls);
            }
        }
    }

    @Test
    void pausesAtTheLastPossibleSite() {
        try (HookedTransformer sequential = Fixtures.load("gemma2");
                HookedTransformer parallel = Fixtures.load("gpt_neox");
                Scope scope = Scope.open()) {
            assertEquals("blocks.1.hook_resid_pre", pause(sequential, "blocks.1.attn.hook_pattern"));
            assertEquals("blocks.1.attn.hook_z", pause(sequential, "blocks.1.ln1_post.hook_normalized"));
            assertEquals("blocks.1.hook_resid_mid", pause(sequential, "blocks.1.mlp.hook_pre"));
            assertEquals("blocks.1.mlp.hook_post", pause(sequential, "blocks.1.mlp.hook_post"));
            assertEquals("blocks.2.hook_resid_post", pause(sequential, "ln_final.hook_normalized"));
            assertEquals("hook_embed", pause(sequential, "hook_embed"));
            assertEquals("blocks.1.hook_attn_out", pause(parallel, "blocks.1.ln2.hook_scale"));
            assertEquals("blocks.1.hook_mlp_out", pause(parallel, "blocks.1.hook_mlp_out"));
        }
    }

    private static String pause(HookedTransformer model, String point) {
        try (PausedPass pass = PausedPass.at(HookPoint.parse(point), model, tokens(model))) {
            assertEquals(pass.point().equals(HookPoint.embed()), pass.bytes() == 0);
            return pass.point().name();
        }
    }

    @Test
    void pausesInAPartiallyLoadedModel() throws Exception {
        HookPoint last = HookPoint.residPre(1);
        try (HookedTransformer whole = Fixtures.load("llama");
                HookedTransformer part = HookedTransformer.loader().upTo(last).load(Fixtures.folder("llama"));
                Scope scope = Scope.open();
                PausedPass pass = PausedPass.at(last, part, tokens(part));
                ActivationCache found = pass.cache(last)) {
            assertArrayEquals(
                    whole.runTo(last, tokens(whole)).toFloatArray(),
                    found.get(last).toFloatArray());
            assertThrows(InvalidInputException.class, pass::forward);
        }
    }

    @Test
    void gradientsEndAtThePause() {
        try (HookedTransformer model = Fixtures.load("gpt2");
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model);
            HookPoint point = HookPoint.residPost(0);
            float[] expected;
            try (ActivationCache gradients = model.gradients(tokens, null, NDArray::sum, point)) {
                expected = gradients.get(point).toFloatArray();
            }
            float[][] found = new float[1][];
            try (PausedPass pass = PausedPass.at(point, model, tokens);
                    HookScope hooks = model.hooks()
                            .readGradient(point, (gradient, site) -> found[0] = gradient.toFloatArray())
                            .open()) {
                NDArray loss;
                try (Autograd on = Autograd.recording()) {
                    loss = pass.forward().sum();
                }
                hooks.backward(loss);
            }
            assertArrayEquals(expected, found[0], 1e-6f);
            assertNotEquals(0, expected[0]);
        }
    }

    @Test
    void rejectsSitesBeforeThePause() {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                Scope scope = Scope.open();
                PausedPass pass = PausedPass.at(HookPoint.residPost(0), model, tokens(model))) {
            assertFalse(pass.isAtOrBehind(HookPoint.mlpOut(0)));
            assertTrue(pass.isAtOrBehind(HookPoint.residPost(0)));
            assertEquals(
                    "hook point blocks.0.hook_mlp_out is computed before the pause at blocks.0.hook_resid_post, expected a"
                            + " site at or behind it",
                    assertThrows(InvalidInputException.class, () -> pass.cache(HookPoint.mlpOut(0)))
                            .getMessage());
        }
    }
}
