package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.LentMemory;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class SiteGradientTest {
    private static final float STEP = 1e-2f;

    @TempDir
    private static Path folder;

    private static final Map<String, TransformerConfigBuilder> FAMILIES = Map.of(
            "gpt_neox", TransformerConfig.gptNeoX(),
            "gpt2", TransformerConfig.gpt2(),
            "llama", TransformerConfig.llama().keyValueHeads(1),
            "qwen3", TransformerConfig.qwen3().dHead(6),
            "gemma2", TransformerConfig.gemma2().window(2),
            "phi", TransformerConfig.phi());

    private static final Map<String, HookedTransformer> MODELS = new TreeMap<>();
    private static HookedTransformer neox;
    private static HookedTransformer gpt2;

    /** Models that were read from files, with weights large enough that differences stand out of the rounding of float32. */
    @BeforeAll
    static void load() {
        FAMILIES.forEach((name, builder) -> MODELS.put(name, model(builder, name)));
        neox = MODELS.get("gpt_neox");
        gpt2 = MODELS.get("gpt2");
    }

    private static HookedTransformer model(TransformerConfigBuilder builder, String name) {
        TransformerConfig config = builder.vocabularySize(23)
                .contextLength(12)
                .layers(2)
                .dModel(16)
                .heads(2)
                .build();
        try (HookedTransformer random = HookedTransformer.random(config, 3, Device.cpu())) {
            random.parameters().values().stream()
                    .filter(parameter -> parameter.getShape().dimension() > 1)
                    .forEach(parameter -> parameter.muli(8));
            random.save(folder.resolve(name));
            return HookedTransformer.load(folder.resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void unload() {
        MODELS.values().forEach(HookedTransformer::close);
    }

    static Set<String> names() {
        return new TreeSet<>(FAMILIES.keySet());
    }

    private static NDArray tokens(HookedTransformer model) {
        return model.manager().create(new long[] {1, 5, 22, 7, 7, 3, 0, 9, 14, 2}, new Shape(2, 5));
    }

    private static NDArray mask(HookedTransformer model) {
        return model.manager().create(new long[] {0, 0, 1, 1, 1, 1, 1, 1, 1, 1}, new Shape(2, 5));
    }

    /** Cross-entropy with arbitrary targets, at real positions only. */
    private static UnaryOperator<NDArray> loss(HookedTransformer model, NDArray mask) {
        NDArray targets = model.manager().create(new long[] {3, 8, 1, 0, 19, 4, 4, 21, 2, 6});
        NDArray weights = mask == null
                ? model.manager().ones(new Shape(10))
                : mask.toType(DataType.FLOAT32, false).reshape(10);
        return logits ->
                Aten.crossEntropy(logits.reshape(10, -1), targets).mul(weights).sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gpt2"})
    void siteGradientsMatchFiniteDifferences(String name) {
        try (Scope scope = Scope.open()) {
            checkSlopes(MODELS.get(name), null);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void siteGradientsMatchFiniteDifferencesWithPadding(String name) {
        HookedTransformer model = MODELS.get(name);
        try (Scope scope = Scope.open()) {
            checkSlopes(model, mask(model));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gemma2"})
    void gradientIsWithRespectToTheEditedActivation(String name) {
        HookedTransformer model = MODELS.get(name);
        SplittableRandom random = new SplittableRandom(6);
        for (HookPoint point : model.hookPoints()) {
            try (Scope scope = Scope.open();
                    HookScope open =
                            model.hooks().edit(point, (x, site) -> x.mul(0.75f)).open()) {
                checkSlope(model, mask(model), point, random);
            }
        }
    }

    private static void checkSlopes(HookedTransformer model, NDArray mask) {
        SplittableRandom random = new SplittableRandom(5);
        model.hookPoints().forEach(point -> checkSlope(model, mask, point, random));
    }

    /** One site at a time, so that attention is fused except where scores or pattern are asked for. */
    private static void checkSlope(HookedTransformer model, NDArray mask, HookPoint point, SplittableRandom random) {
        UnaryOperator<NDArray> loss = loss(model, mask);
        try (Scope scope = Scope.open();
                ActivationCache gradients = model.gradients(tokens(model), mask, loss, point)) {
            NDArray gradient = gradients.get(point);
            double norm = gradient.norm().getFloat();
            assertTrue(norm > 1e-4, point.name());
            checkSlope(model, mask, loss, point, gradient, gradient.div((float) norm));
            checkSlope(model, mask, loss, point, gradient, direction(gradient, random));
        }
    }

    private static NDArray direction(NDArray like, SplittableRandom random) {
        float[] values = new float[(int) like.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(values.length));
        }
        return like.getManager().create(values, like.getShape());
    }

    private static void checkSlope(
            HookedTransformer model,
            NDArray mask,
            UnaryOperator<NDArray> loss,
            HookPoint point,
            NDArray gradient,
            NDArray direction) {
        // What a norm divides by can be small, and then bends the loss.
        float step = point.name().endsWith("hook_scale") ? STEP / 5 : STEP;
        double ahead = moved(model, mask, loss, point, direction.mul(step));
        double behind = moved(model, mask, loss, point, direction.mul(-step));
        double expected = (ahead - behind) / (2 * step);
        assertEquals(
                expected, gradient.mul(direction).sum().getFloat(), 2e-3 + 2e-2 * Math.abs(expected), point.name());
    }

    private static double moved(
            HookedTransformer model, NDArray mask, UnaryOperator<NDArray> loss, HookPoint point, NDArray by) {
        try (Autograd off = Autograd.off();
                HookScope open =
                        model.hooks().edit(point, (x, site) -> x.add(by)).open()) {
            return loss.apply(model.forward(tokens(model), mask)).getFloat();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void gradientsOfAllSitesAreInTheOrderOfComputation(String name) {
        HookedTransformer model = MODELS.get(name);
        try (Scope scope = Scope.open();
                ActivationCache all = model.gradients(tokens(model), null, loss(model, null))) {
            assertEquals(model.hookPoints(), List.copyOf(all.hookPoints()));
            HookPoint point = HookPoint.residPost(0);
            try (ActivationCache one = model.gradients(tokens(model), null, loss(model, null), point)) {
                assertTrue(all.get(point).sub(one.get(point)).abs().max().getFloat() < 1e-4);
            }
        }
    }

    /** DJL lends PyTorch the memory of numbers, as in x.mul(2), and the collector may take it back before the backward pass. */
    @ParameterizedTest
    @MethodSource("names")
    void gradientsOutliveTheJavaObjectsOfTheForwardPass(String name) {
        HookedTransformer model = MODELS.get(name);
        UnaryOperator<NDArray> loss = loss(model, mask(model));
        try (Scope scope = Scope.open();
                ActivationCache expected = model.gradients(tokens(model), mask(model), loss, HookPoint.embed());
                ActivationCache gradients = model.gradients(
                        tokens(model),
                        mask(model),
                        logits -> {
                            NDArray value = loss.apply(logits);
                            LentMemory.free();
                            return value;
                        },
                        HookPoint.embed())) {
            assertEquals(
                    0,
                    gradients
                            .get(HookPoint.embed())
                            .sub(expected.get(HookPoint.embed()))
                            .abs()
                            .max()
                            .getFloat(),
                    1e-7);
        }
    }

    @Test
    void gradientsArriveFromTheDeepestSiteToTheFirstWithTheMask() {
        List<HookPoint> seen = new ArrayList<>();
        try (Scope scope = Scope.open();
                HookScope hooks = gpt2.hooks()
                        .readGradient(HookPoint.residPost(0), (gradient, site) -> {
                            seen.add(site.point());
                            assertEquals(new Shape(2, 5, 16), gradient.getShape());
                            assertEquals(new Shape(8, 16), site.real(gradient).getShape());
                            assertEquals(10, site.tokens().size());
                        })
                        .readGradient(HookPoint.mlpOut(1), (gradient, site) -> seen.add(site.point()))
                        .open()) {
            try (Autograd recording = Autograd.recording()) {
                NDArray mask = mask(gpt2);
                hooks.backward(loss(gpt2, mask).apply(gpt2.forward(tokens(gpt2), mask)));
            }
            assertEquals(List.of(HookPoint.mlpOut(1), HookPoint.residPost(0)), seen);
            IllegalStateException again = assertThrows(IllegalStateException.class, () -> hooks.backward(tokens(gpt2)));
            assertTrue(again.getMessage().contains("no run was recorded"), again.getMessage());
        }
    }

    @Test
    void lossOfTwoRunsDeliversBothGradients() {
        List<Float> sums = new ArrayList<>();
        try (Scope scope = Scope.open();
                Autograd recording = Autograd.recording();
                HookScope hooks = gpt2.hooks()
                        .readGradient(
                                HookPoint.residPost(1),
                                (gradient, site) ->
                                        sums.add(gradient.abs().sum().getFloat()))
                        .open()) {
            NDArray first = loss(gpt2, null).apply(gpt2.forward(tokens(gpt2)));
            NDArray second = loss(gpt2, null).apply(gpt2.forward(tokens(gpt2)));
            hooks.backward(first.add(second.mul(3f)));
        }
        assertEquals(2, sums.size());
        assertEquals(3 * sums.get(1), sums.get(0), 1e-3 * sums.get(0));
    }

    @Test
    void siteWithoutInfluenceOnTheLossHasZeroGradient() {
        HookPoint point = HookPoint.residPost(0);
        try (Scope scope = Scope.open();
                HookScope cut = gpt2.hooks()
                        .edit(HookPoint.residPost(1), (x, site) -> x.zerosLike())
                        .open();
                ActivationCache gradients =
                        gpt2.gradients(tokens(gpt2), null, loss(gpt2, null), point, HookPoint.residPost(1))) {
            assertEquals(0, gradients.get(point).abs().max().getFloat());
            assertTrue(gradients.get(HookPoint.residPost(1)).abs().max().getFloat() > 1e-4);
        }
    }

    @Test
    void gradientHooksAreInactiveWithoutRecording() {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope hooks = gpt2.hooks()
                        .readGradient(HookPoint.residPost(0), (gradient, site) -> {
                            throw new AssertionError("called");
                        })
                        .open()) {
            NDArray loss = loss(gpt2, null).apply(gpt2.forward(tokens(gpt2)));
            assertThrows(IllegalStateException.class, () -> hooks.backward(loss));
        }
    }

    @Test
    void rejectsALossOfSeveralNumbers() {
        try (Scope scope = Scope.open()) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> gpt2.gradients(tokens(gpt2), null, logits -> logits, HookPoint.residPost(0)));
            assertEquals("the loss has shape (2, 5, 23), expected a single number", refused.getMessage());
        }
    }

    @Test
    void nativeMemoryStaysFlat() {
        int before = 0;
        for (int i = 0; i < 200; i++) {
            try (Scope step = Scope.open();
                    ActivationCache gradients = neox.gradients(
                            tokens(neox), mask(neox), loss(neox, null), HookPoint.pattern(1), HookPoint.mlpPost(0))) {
                gradients.get(HookPoint.pattern(1)).sum();
            }
            if (i == 10) {
                before = neox.manager().getManagedArrays().size();
            }
        }
        assertEquals(before, neox.manager().getManagedArrays().size());
    }
}
