package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.model.config.RotaryScaling;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class KeyValueCacheTest {
    /** The tolerance that the Javadoc of the cache states. */
    private static final double TOLERANCE = 1e-5;

    /** Longer than every attention window of the fixtures. */
    private static final int LENGTH = 13;

    static List<String> names() {
        return Fixtures.NAMES;
    }

    private static NDArray tokens(HookedTransformer model, int rows) {
        long[] ids = IntStream.range(0, rows * LENGTH)
                .mapToLong(i -> (i * i * 7L + 3) % model.config().vocabularySize())
                .toArray();
        return model.manager().create(ids, new Shape(rows, LENGTH));
    }

    private static NDArray between(NDArray x, int start, int end) {
        return x.get(new NDIndex(":, " + start + ":" + end));
    }

    static void assertClose(NDArray expected, NDArray found, double tolerance) {
        assertEquals(expected.getShape(), found.getShape());
        double scale = expected.abs().max().getFloat();
        double distance = expected.sub(found).abs().max().getFloat();
        assertTrue(distance <= tolerance * scale, () -> "difference " + distance + " of logits up to " + scale);
    }

    @ParameterizedTest
    @MethodSource("names")
    void piecesOfATextHaveTheLogitsOfTheWholeText(String name) {
        try (HookedTransformer model = Fixtures.load(name);
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model, 2);
            NDArray whole = model.forward(tokens);
            NDList pieces = new NDList();
            int start = 0;
            for (int end : new int[] {4, 5, 6, 9, LENGTH}) {
                pieces.add(cache.forward(between(tokens, start, end)));
                assertEquals(end, cache.length());
                start = end;
            }
            assertClose(whole, NDArrays.concat(pieces, 1), TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void paddedTextsContinueLikeEachTextAlone(String name) {
        List<int[]> texts = List.of(new int[] {7, 30, 2}, new int[] {9}, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7});
        try (HookedTransformer model = Fixtures.load(name);
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            PaddedTokens padded = PaddedTokens.of(model.manager(), texts, Padding.LEFT, 0);
            cache.forward(padded.tokens(), padded.mask());
            NDArray next = model.manager().create(new long[] {4, 5, 6, 7, 8, 9}, new Shape(3, 2));
            NDArray logits = cache.forward(next);
            for (int row = 0; row < 3; row++) {
                int[] text = IntStream.concat(IntStream.of(texts.get(row)), IntStream.of(4 + 2 * row, 5 + 2 * row))
                        .toArray();
                NDArray alone = model.forward(PaddedTokens.of(model.manager(), List.of(text), Padding.LEFT, 0)
                        .tokens());
                NDArray last = between(alone, text.length - 2, text.length);
                assertClose(last.get(0), logits.get(row), TOLERANCE);
            }
        }
    }

    @Test
    void croppedCacheContinuesFromTheKeptTokens() {
        try (HookedTransformer model = Fixtures.load("llama");
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model, 1);
            cache.forward(between(tokens, 0, 6));
            cache.forward(model.manager().create(new long[] {1, 1, 1}, new Shape(1, 3)));
            cache.crop(6);
            NDArray rest = cache.forward(between(tokens, 6, LENGTH));
            assertClose(between(model.forward(tokens), 6, LENGTH), rest, TOLERANCE);
            cache.crop(0);
            assertEquals(0, cache.length());
            assertClose(model.forward(tokens(model, 2)), cache.forward(tokens(model, 2)), TOLERANCE);
        }
    }

    @Test
    void growsBeyondItsFirstSpace() {
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(40)
                .contextLength(400)
                .layers(2)
                .dModel(16)
                .heads(2)
                .build();
        try (HookedTransformer model = HookedTransformer.random(config, 3, Device.cpu());
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            long[] ids = IntStream.range(0, 300).mapToLong(i -> i * 11L % 40).toArray();
            NDArray tokens = model.manager().create(ids, new Shape(1, 300));
            NDList pieces = new NDList();
            for (int start = 0; start < 300; start += 20) {
                pieces.add(cache.forward(between(tokens, start, start + 20)));
            }
            assertClose(model.forward(tokens), NDArrays.concat(pieces, 1), TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void hooksSeeTheNewTokensWithTheActivationsOfTheWholeText(String name) {
        try (HookedTransformer model = Fixtures.load(name);
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model, 1);
            List<HookPoint> points = model.hookPoints();
            List<NDArray> whole = new ArrayList<>();
            HookBuilder reads = model.hooks();
            points.forEach(point -> reads.read(point, (x, site) -> whole.add(scope.keep(x.duplicate()))));
            try (HookScope open = reads.open()) {
                model.forward(tokens);
            }
            cache.forward(between(tokens, 0, LENGTH - 1));
            List<NDArray> last = new ArrayList<>();
            HookBuilder more = model.hooks();
            points.forEach(point -> more.read(point, (x, site) -> {
                last.add(scope.keep(x.duplicate()));
                assertEquals(new Shape(1, 1), site.tokens().getShape());
                assertEquals(tokens, site.text().tokens());
            }));
            try (HookScope open = more.open()) {
                cache.forward(between(tokens, LENGTH - 1, LENGTH));
            }
            assertEquals(points.size(), last.size());
            for (int i = 0; i < points.size(); i++) {
                NDArray all = whole.get(i);
                boolean pairwise = points.get(i).kind().isPairwise();
                NDArray expected = pairwise ? all.get(new NDIndex(":, :, -1:")) : between(all, LENGTH - 1, LENGTH);
                if (pairwise) {
                    // Hidden scores are a large negative number.
                    assertClose(expected.maximum(-1e9f), last.get(i).maximum(-1e9f), TOLERANCE);
                } else {
                    assertClose(expected, last.get(i), 2e-5);
                }
            }
        }
    }

    @Test
    void storesEditedKeysAndValues() {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open();
                HookScope open = model.hooks()
                        .edit(HookPoint.residPost(0), (x, site) -> x.mul(0.5f))
                        .edit(new HookPoint(HookPoint.Kind.V, 1), (x, site) -> x.add(1f))
                        .open()) {
            NDArray tokens = tokens(model, 1);
            cache.forward(between(tokens, 0, 8));
            NDArray rest = cache.forward(between(tokens, 8, LENGTH));
            assertClose(between(model.forward(tokens), 8, LENGTH), rest, TOLERANCE);
        }
    }

    @Test
    void halfPrecisionAgreesWithinItsRounding() throws IOException {
        try (HookedTransformer model =
                        HookedTransformer.loader().precision(Precision.BFLOAT16).load(Fixtures.folder("llama"));
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model, 1);
            cache.forward(between(tokens, 0, 8));
            NDArray rest = cache.forward(between(tokens, 8, LENGTH));
            assertClose(between(model.forward(tokens), 8, LENGTH), rest, 0.02);
        }
    }

    @Test
    void failedPassLeavesTheCacheUnchanged() {
        try (HookedTransformer model = Fixtures.load("gpt2");
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model, 1);
            cache.forward(between(tokens, 0, 8));
            try (HookScope open = model.hooks()
                    .edit(HookPoint.residPost(1), (x, site) -> {
                        throw new IllegalStateException("edit failed");
                    })
                    .open()) {
                assertThrows(IllegalStateException.class, () -> cache.forward(between(tokens, 8, 9)));
            }
            assertEquals(8, cache.length());
            NDArray rest = cache.forward(between(tokens, 8, LENGTH));
            assertClose(between(model.forward(tokens), 8, LENGTH), rest, TOLERANCE);
        }
    }

    @Test
    void rejectsOtherNumbersOfTextsAndTextsBeyondTheModel() {
        try (HookedTransformer model = Fixtures.load("gpt2");
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            cache.forward(tokens(model, 2));
            InvalidInputException refused =
                    assertThrows(InvalidInputException.class, () -> cache.forward(tokens(model, 1)));
            assertEquals(
                    "the batch has 1 texts, expected the number of texts of the key-value cache, 2",
                    refused.getMessage());
            int longest = model.config().contextLength();
            NDArray many = model.manager().zeros(new Shape(2, longest), DataType.INT64);
            refused = assertThrows(InvalidInputException.class, () -> cache.forward(many));
            assertEquals(
                    "the sequences have " + (LENGTH + longest)
                            + " tokens, expected at most the model's context length, " + longest,
                    refused.getMessage());
        }
    }

    @Test
    void rejectsLengthsThatChangeTheDynamicRotation() {
        try (HookedTransformer model = dynamic(6);
                KeyValueCache cache = KeyValueCache.of(model);
                Scope scope = Scope.open()) {
            NDArray tokens = tokens(model, 1);
            cache.forward(between(tokens, 0, 6));
            InvalidInputException refused =
                    assertThrows(InvalidInputException.class, () -> cache.forward(between(tokens, 6, 7)));
            assertTrue(
                    refused.getMessage().contains("would have 7 positions, expected at most 6"), refused::getMessage);
        }
    }

    static HookedTransformer dynamic(int context) {
        TransformerConfig config = TransformerConfig.llama()
                .vocabularySize(40)
                .contextLength(32)
                .layers(2)
                .dModel(16)
                .heads(2)
                .rotaryScaling(new RotaryScaling.Dynamic(2, context))
                .build();
        return HookedTransformer.random(config, 3, Device.cpu());
    }
}
