package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Fixtures;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of the sites, masks and windows of every family. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class FamiliesTest {
    private static final int LENGTH = 11; // longer than every window of the fixtures
    private final Map<String, HookedTransformer> models = new LinkedHashMap<>();
    private Scope scope;

    /** One checkpoint of each family; the others differ from these in their files only. */
    static Stream<String> names() {
        return Stream.of("gpt_neox", "gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "phi");
    }

    private HookedTransformer model(String name) {
        return models.computeIfAbsent(name, Fixtures::load);
    }

    @AfterAll
    void unload() {
        models.values().forEach(HookedTransformer::close);
    }

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static NDArray tokens(HookedTransformer model) {
        long[] ids = IntStream.range(0, 2 * LENGTH)
                .mapToLong(i -> (i * i * 7L + 3) % model.config().vocabularySize())
                .toArray();
        return model.manager().create(ids, new Shape(2, LENGTH));
    }

    private static NDArray ramp(HookedTransformer model) {
        return model.manager().arange(1f, LENGTH + 1, 1).reshape(1, LENGTH, 1);
    }

    private static double distance(NDArray a, NDArray b) {
        return a.sub(b).abs().max().getFloat();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everySiteCanBeReadInItsShape(String name) {
        HookedTransformer model = model(name);
        List<HookPoint> seen = new ArrayList<>();
        HookBuilder hooks = model.hooks();
        for (HookPoint point : model.hookPoints()) {
            hooks.read(point, (activation, site) -> {
                seen.add(site.point());
                long[] expected = model.shape(point).getShape();
                long[] found = activation.getShape().getShape();
                assertEquals(expected.length, found.length, point.name());
                for (int axis = 0; axis < expected.length; axis++) {
                    assertTrue(expected[axis] == -1 || expected[axis] == found[axis], point.name());
                }
                assertNull(site.mask());
            });
        }
        try (HookScope open = hooks.open()) {
            model.forward(tokens(model));
        }
        assertEquals(model.hookPoints(), seen);
    }

    @ParameterizedTest
    @MethodSource("names")
    void identityEditKeepsLogitsEqual(String name) {
        HookedTransformer model = model(name);
        NDArray clean = model.forward(tokens(model));
        for (HookPoint point : model.hookPoints()) {
            try (HookScope open =
                    model.hooks().edit(point, (x, site) -> x.duplicate()).open()) {
                assertTrue(distance(clean, model.forward(tokens(model))) < 2e-5, point.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everySiteCanBeEdited(String name) {
        HookedTransformer model = model(name);
        NDArray clean = model.forward(tokens(model));
        for (HookPoint point : model.hookPoints()) {
            // Dividing by a scale of 0 says nothing, and norms that follow undo a factor common to all tokens.
            boolean scale = point.name().endsWith("hook_scale");
            try (HookScope open = model.hooks()
                    .edit(point, (x, site) -> scale ? x.mul(ramp(model)) : x.mul(0))
                    .open()) {
                assertTrue(distance(clean, model.forward(tokens(model))) > 1e-3, point.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void fusedAttentionEqualsExplicitAttention(String name) {
        HookedTransformer model = model(name);
        NDArray padded = model.manager().ones(new Shape(2, LENGTH), DataType.INT64);
        padded.set(new NDIndex("0, :3"), 0);
        padded.set(new NDIndex("1, -2:"), 0);
        HookBuilder hooks = model.hooks();
        for (int i = 0; i < model.config().layers(); i++) {
            hooks.read(HookPoint.pattern(i), (x, site) -> {});
        }
        for (NDArray mask : new NDArray[] {null, padded}) {
            NDArray fused = model.forward(tokens(model), mask);
            try (HookScope open = hooks.open()) {
                assertTrue(distance(fused, model.forward(tokens(model), mask)) < 1e-5 * scale(fused));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void patternsAreCausalWithinTheWindow(String name) {
        HookedTransformer model = model(name);
        int blocks = model.config().layers();
        HookPoint[] points =
                IntStream.range(0, blocks).mapToObj(HookPoint::pattern).toArray(HookPoint[]::new);
        try (ActivationCache cache = model.cache(tokens(model), points)) {
            for (int i = 0; i < blocks; i++) {
                int window = model.config().attention().windows().get(i);
                float[] pattern = cache.get(points[i]).get("0, 0").toFloatArray();
                for (int at = 0; at < pattern.length; at++) {
                    int back = at / LENGTH - at % LENGTH;
                    boolean seen = back >= 0 && (window == 0 || back < window);
                    assertEquals(seen, pattern[at] > 0, "block " + i + ", entry " + at);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void paddingOnEitherSideKeepsActivationsEqual(String name) {
        HookedTransformer model = model(name);
        NDArray text = tokens(model).get("0:1"); // [1, LENGTH]
        NDArray alone = model.forward(text);
        NDArray filler = model.manager().zeros(new Shape(1, 4), DataType.INT64);
        NDArray real = model.manager().ones(new Shape(1, LENGTH), DataType.INT64);
        NDArray right = model.forward(text.concat(filler, 1), real.concat(filler, 1));
        NDArray left = model.forward(filler.concat(text, 1), filler.concat(real, 1));
        assertTrue(distance(alone, right.get(":, :" + LENGTH)) < 1e-5 * scale(alone));
        assertTrue(distance(alone, left.get(":, 4:")) < 1e-5 * scale(alone));
    }

    @ParameterizedTest
    @MethodSource("names")
    void rowOfOnlyPaddingHasFiniteActivations(String name) {
        HookedTransformer model = model(name);
        NDArray mask = model.manager()
                .zeros(new Shape(1, LENGTH), DataType.INT64)
                .concat(model.manager().ones(new Shape(1, LENGTH), DataType.INT64));
        NDArray logits = model.forward(tokens(model), mask);
        assertFalse(logits.isNaN().any().getBoolean());
        NDArray alone = model.forward(tokens(model).get("1:"));
        assertTrue(distance(alone, logits.get("1:")) < 1e-5);
    }

    @ParameterizedTest
    @MethodSource("names")
    void residualStreamIsTheSumOfItsUpdates(String name) {
        HookedTransformer model = model(name);
        HookPoint pre = HookPoint.residPre(1);
        HookPoint post = HookPoint.residPost(1);
        try (ActivationCache cache = model.cache(tokens(model), pre, HookPoint.attnOut(1), HookPoint.mlpOut(1), post)) {
            NDArray sum = cache.get(pre).add(cache.get(HookPoint.attnOut(1))).add(cache.get(HookPoint.mlpOut(1)));
            assertTrue(distance(sum, cache.get(post)) < 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void runStopsAtEverySite(String name) {
        HookedTransformer model = model(name);
        try (ActivationCache all = model.cache(tokens(model))) {
            for (HookPoint point : model.hookPoints()) {
                try (ActivationCache one = model.cache(tokens(model), point)) {
                    // Hooks on a norm or a pattern make it compute in steps, which round otherwise.
                    assertTrue(distance(all.get(point), one.get(point)) < 2e-5 * scale(all.get(point)), point.name());
                }
            }
        }
    }

    private static double scale(NDArray x) {
        NDArray visible = x.maximum(-1e6f); // scores of hidden keys are far below
        return Math.max(1, visible.abs().max().getFloat());
    }

    @ParameterizedTest
    @MethodSource("names")
    void runsLeakNoArrays(String name) {
        HookedTransformer model = model(name);
        HookPoint last = HookPoint.residPost(model.config().layers() - 1);
        NDArray tokens = tokens(model);
        int before = 0;
        for (int i = 0; i < 6; i++) {
            try (Scope run = Scope.open();
                    ActivationCache cache = model.cache(tokens, HookPoint.pattern(0), last)) {
                model.forward(tokens);
            }
            try (ActivationCache cache = model.cache(tokens, last);
                    NDArray normalized = model.finalNorm(cache.get(last));
                    NDArray logits = model.unembed(normalized)) {
                assertEquals(model.config().vocabularySize(), logits.getShape().get(2));
            }
            before = i == 1 ? model.manager().getManagedArrays().size() : before;
        }
        assertEquals(before, model.manager().getManagedArrays().size());
    }

    @ParameterizedTest
    @MethodSource("names")
    void sitesFollowTheConfiguration(String name) {
        HookedTransformer model = model(name);
        TransformerConfig config = model.config();
        assertEquals(config.block().postNorms(), model.has(new HookPoint(Kind.LN1_POST_SCALE, 0)));
        assertEquals(config.feedForward().gated(), model.has(new HookPoint(Kind.MLP_PRE_LINEAR, 0)));
        assertEquals(!config.block().sharedNorm(), model.has(new HookPoint(Kind.LN2_SCALE, 0)));
        assertEquals(!config.parallel(), model.has(HookPoint.residMid(0)));
        assertEquals(config.keyValueHeads() * config.dHead(), model.width(new HookPoint(Kind.K, 0)));
    }
}
