package dev.assay.model.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PaddedTokens;
import dev.assay.model.Padding;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.verify.PrecisionError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class PrecisionTest {
    @TempDir
    Path folder;

    private static HookedTransformer load(String name, Precision precision) throws IOException {
        return HookedTransformer.loader().precision(precision).load(Fixtures.folder(name));
    }

    static Stream<Arguments> modelsAndHalves() {
        return Stream.of("gpt_neox", "gpt2", "llama", "mistral", "qwen3", "gemma2", "gemma3_text", "phi")
                .flatMap(name -> Stream.of(Precision.FLOAT16, Precision.BFLOAT16)
                        .map(precision -> Arguments.of(name, precision)));
    }

    private static PaddedTokens tokens(HookedTransformer model) {
        List<int[]> rows = List.of(new int[] {7, 30, 2}, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7});
        return PaddedTokens.of(model.manager(), rows, Padding.LEFT, 0);
    }

    @ParameterizedTest
    @MethodSource("modelsAndHalves")
    void halfPrecisionErrorIsTheRoundingError(String name, Precision precision) throws IOException {
        double rounding = precision == Precision.FLOAT16 ? 0x1p-11 : 0x1p-8;
        try (HookedTransformer exact = Fixtures.load(name);
                HookedTransformer rounded = load(name, precision);
                Scope scope = Scope.open()) {
            assertEquals(precision, rounded.precision());
            PaddedTokens padded = tokens(exact);
            PrecisionError error = PrecisionError.of(exact, rounded, padded.tokens(), padded.mask());
            assertEquals(14, error.tokens());
            assertEquals(exact.config().layers() + 1, error.sites().size());
            for (PrecisionError.Difference difference : error.sites()) {
                assertTrue(difference.relative() < 8 * rounding, difference::toString);
            }
            assertTrue(error.logits().relative() > 0, error::toString);
            assertTrue(error.logits().relative() < 8 * rounding, error::toString);
            assertTrue(error.divergence() >= 0 && error.divergence() < 40 * rounding, error::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndHalves")
    void hooksSeeFloat32AtEverySite(String name, Precision precision) throws IOException {
        try (HookedTransformer exact = Fixtures.load(name);
                HookedTransformer rounded = load(name, precision);
                Scope scope = Scope.open();
                ActivationCache all =
                        rounded.cache(tokens(rounded).tokens(), tokens(rounded).mask())) {
            assertEquals(exact.hookPoints(), List.copyOf(all.hookPoints()));
            for (HookPoint point : all.hookPoints()) {
                assertEquals(DataType.FLOAT32, all.get(point).getDataType(), point.name());
                assertFalse(all.get(point).isNaN().any().getBoolean(), point.name());
            }
        }
    }

    @Test
    void gradientsFlowThroughHalfPrecisionLayers() throws IOException {
        try (HookedTransformer exact = Fixtures.load("gpt2");
                HookedTransformer rounded = load("gpt2", Precision.BFLOAT16);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(exact).tokens();
            HookPoint point = HookPoint.residPost(0);
            NDArray targets = exact.manager().zeros(new Shape(22), DataType.INT64);
            try (ActivationCache a = exact.gradients(
                            tokens,
                            null,
                            x -> Aten.crossEntropy(x.reshape(22, -1), targets).sum(),
                            point);
                    ActivationCache b = rounded.gradients(
                            tokens,
                            null,
                            x -> Aten.crossEntropy(x.reshape(22, -1), targets).sum(),
                            point)) {
                PrecisionError.Difference error = PrecisionError.Difference.of("gradient", a.get(point), b.get(point));
                assertTrue(error.relative() > 0 && error.relative() < 0.1, error::toString);
            }
        }
    }

    @Test
    void generatesTextAndReturnsWeightsAsFloat32() throws IOException {
        try (HookedTransformer rounded = load("gpt_neox", Precision.BFLOAT16);
                Scope scope = Scope.open()) {
            assertEquals(8, rounded.generate(new int[] {1, 2, 3}, 5).length);
            assertEquals(DataType.FLOAT32, rounded.unembedding().getDataType());
            rounded.parameters().forEach((name, weight) -> assertEquals(DataType.FLOAT32, weight.getDataType(), name));
            assertEquals(
                    Parameters.shapes(rounded.config()).keySet(),
                    Map.copyOf(rounded.parameters()).keySet());
        }
    }

    @Test
    void rejectsADeviceWithoutThisPrecision() {
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> HookedTransformer.loader()
                        .device(Device.gpu(99))
                        .precision(Precision.BFLOAT16)
                        .load(Fixtures.folder("gpt2")));
        assertEquals(
                "PyTorch has no matrix products in bfloat16 on device gpu(99), expected another precision or another"
                        + " device",
                refused.getMessage());
    }

    /** Rounded weights are written as they are, so nothing is lost on the second way. */
    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT16", "BFLOAT16"})
    void savedHalfPrecisionModelLoadsWithTheSameWeights(Precision precision) throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        try (HookedTransformer exact = Fixtures.load("qwen2")) {
            exact.save(first, precision);
        }
        try (Safetensors file = Safetensors.open(first.resolve("model.safetensors"))) {
            String expected = precision == Precision.FLOAT16 ? "F16" : "BF16";
            file.names()
                    .forEach(name ->
                            assertEquals(expected, file.info(name).type().name()));
        }
        try (HookedTransformer widened = HookedTransformer.load(first);
                HookedTransformer half =
                        HookedTransformer.loader().precision(precision).load(first);
                Scope scope = Scope.open()) {
            half.save(second, precision);
            try (HookedTransformer again = HookedTransformer.load(second)) {
                Map<String, NDArray> expected = widened.parameters();
                again.parameters()
                        .forEach((name, weight) -> assertTrue(weight.contentEquals(expected.get(name)), name));
                half.parameters().forEach((name, weight) -> assertTrue(weight.contentEquals(expected.get(name)), name));
            }
        }
    }

    @Test
    void nativeMemoryStaysFlat() throws IOException {
        try (HookedTransformer model = load("gpt_neox", Precision.BFLOAT16)) {
            int before = 0;
            for (int i = 0; i < 60; i++) {
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(tokens(model).tokens(), HookPoint.pattern(1))) {
                    model.forward(tokens(model).tokens(), tokens(model).mask());
                    model.unembedding();
                }
                if (i == 10) {
                    before = model.manager().getManagedArrays().size();
                }
            }
            assertEquals(before, model.manager().getManagedArrays().size());
        }
    }

    @Test
    void hashDependsOnThePrecisionEvenWithoutRounding() throws IOException {
        try (HookedTransformer model = Fixtures.load("gpt2")) {
            model.save(folder, Precision.BFLOAT16);
        }
        try (HookedTransformer exact = HookedTransformer.load(folder);
                HookedTransformer again = HookedTransformer.load(folder);
                HookedTransformer half =
                        HookedTransformer.loader().precision(Precision.BFLOAT16).load(folder)) {
            assertEquals(exact.hash(), again.hash());
            assertNotEquals(exact.hash(), half.hash());
        }
    }
}
