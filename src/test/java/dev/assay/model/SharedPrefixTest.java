package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedPrefixTest {
    private static final int[] PREFIX = {3, 17, 4, 29, 11};
    private static final List<int[]> CONTINUATIONS =
            List.of(new int[] {8, 9, 10}, new int[] {1}, new int[] {30, 2, 5, 5, 6, 7, 1, 2, 3});

    static List<String> names() {
        return Fixtures.NAMES;
    }

    /** Log-probabilities by one run over prefix and continuation. */
    private static double[] expected(HookedTransformer model, int[] prefix, int... continuation) {
        int[] text = IntStream.concat(IntStream.of(prefix), IntStream.of(continuation))
                .toArray();
        try (Scope scope = Scope.open()) {
            NDArray logits = model.forward(PaddedTokens.of(model.manager(), List.of(text), Padding.LEFT, 0)
                    .tokens());
            double[] values = new double[continuation.length];
            for (int i = 0; i < values.length; i++) {
                float[] row = logits.get(0, prefix.length - 1 + i).toFloatArray();
                values[i] = LogProbabilities.of(row).of(continuation[i]);
            }
            return values;
        }
    }

    private static void assertAsOneRun(HookedTransformer model, int[] prefix, List<double[]> found) {
        assertEquals(CONTINUATIONS.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(expected(model, prefix, CONTINUATIONS.get(i)), found.get(i), 1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void logProbabilitiesEqualThoseOfOneRun(String name) {
        try (HookedTransformer model = Fixtures.load(name);
                SharedPrefix prefix = SharedPrefix.of(model, PREFIX)) {
            assertAsOneRun(model, PREFIX, prefix.logProbabilities(CONTINUATIONS));
            // A second call reuses the prefix, and does not see the continuations of the first.
            assertAsOneRun(model, PREFIX, prefix.logProbabilities(CONTINUATIONS));
        }
    }

    @Test
    void prefixOfOneTokenScoresAWholePrompt() {
        try (HookedTransformer model = Fixtures.load("gpt2");
                SharedPrefix prefix = SharedPrefix.of(model, 3)) {
            assertAsOneRun(model, new int[] {3}, prefix.logProbabilities(CONTINUATIONS));
            assertEquals(List.of(), prefix.logProbabilities(List.of()));
        }
    }

    @Test
    void divisionIntoPassesDoesNotChangeTheResult() {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                SharedPrefix prefix = SharedPrefix.of(model, PREFIX)) {
            List<int[]> many = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int length = 1 + i % 17;
                int step = i;
                many.add(
                        IntStream.range(0, length).map(j -> (step + j * j) % 40).toArray());
            }
            List<double[]> together = prefix.logProbabilities(many);
            for (int i = 0; i < many.size(); i += 23) {
                assertArrayEquals(prefix.logProbabilities(List.of(many.get(i))).get(0), together.get(i), 1e-4);
            }
        }
    }

    @Test
    void mostProbableTokensAreThoseOfTheDistribution() {
        try (HookedTransformer model = Fixtures.load("gpt2");
                SharedPrefix prefix = SharedPrefix.of(model, PREFIX);
                Scope scope = Scope.open()) {
            List<List<List<TokenLogProbability>>> found = prefix.mostProbable(CONTINUATIONS, 4);
            for (int i = 0; i < CONTINUATIONS.size(); i++) {
                int[] continuation = CONTINUATIONS.get(i);
                assertEquals(continuation.length, found.get(i).size());
                for (int j = 0; j < continuation.length; j++) {
                    int[] before = IntStream.concat(IntStream.of(PREFIX), IntStream.of(Arrays.copyOf(continuation, j)))
                            .toArray();
                    List<TokenLogProbability> expected = LogProbabilities.of(model.lastLogits(List.of(before)))
                            .top(4);
                    for (int k = 0; k < 4; k++) {
                        TokenLogProbability token = found.get(i).get(j).get(k);
                        assertEquals(expected.get(k).token(), token.token());
                        assertEquals(expected.get(k).logProbability(), token.logProbability(), 1e-4);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 100, -1})
    void openHooksActOnPrefixAndContinuations(int laterTokens) {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                SharedPrefix prefix = SharedPrefix.of(model, PREFIX)) {
            List<double[]> plain = prefix.logProbabilities(CONTINUATIONS);
            HookBuilder hooks = model.hooks().edit(HookPoint.residPost(0), (x, site) -> x.mul(2f));
            try (HookScope open = (laterTokens < 0 ? hooks : hooks.incremental(laterTokens)).open()) {
                List<double[]> edited = prefix.logProbabilities(CONTINUATIONS);
                assertAsOneRun(model, PREFIX, edited);
                assertTrue(Math.abs(edited.get(0)[1] - plain.get(0)[1]) > 1e-3);
            }
            assertAsOneRun(model, PREFIX, prefix.logProbabilities(CONTINUATIONS));
        }
    }

    @Test
    void editOfTheLastPositionActsOnTheLastPositionOfTheText() {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                SharedPrefix prefix = SharedPrefix.of(model, PREFIX);
                HookScope open = model.hooks()
                        .edit(HookPoint.residPost(0), (x, site) -> {
                            NDArray edited = x.duplicate();
                            edited.set(
                                    new NDIndex(":, -1"),
                                    x.get(new NDIndex(":, -1")).mul(3f));
                            return edited;
                        })
                        .incremental(1)
                        .open()) {
            int[] continuation = {8, 9, 10};
            // The last input is the second token of the continuation: its prediction comes from the edited position.
            int[] text =
                    IntStream.concat(IntStream.of(PREFIX), IntStream.of(8, 9)).toArray();
            double last = LogProbabilities.of(model.lastLogits(List.of(text))).of(10);
            assertEquals(last, prefix.logProbabilities(List.of(continuation)).get(0)[2], 1e-4);
        }
    }

    @Test
    void surprisalAgreesWithTheReference() throws IOException {
        JsonNode recorded = Json.read(Fixtures.folder("surprisal").resolve("expected.json"));
        List<int[]> sentences = new ArrayList<>();
        recorded.get("sentences").forEach(sentence -> sentences.add(ids(sentence)));
        try (HookedTransformer model =
                HookedTransformer.load(Fixtures.folder("surprisal").resolve("model"))) {
            double[] losses = new double[sentences.size()];
            for (String variant : List.of("explanation", "no_explanation")) {
                try (SharedPrefix prefix =
                        SharedPrefix.of(model, ids(recorded.get("prefix").get(variant)))) {
                    List<double[]> found = prefix.logProbabilities(sentences);
                    for (int i = 0; i < found.size(); i++) {
                        JsonNode expected =
                                recorded.get(variant).get("per_token").get(i);
                        assertEquals(expected.size(), found.get(i).length);
                        for (int j = 0; j < expected.size(); j++) {
                            assertEquals(expected.get(j).asDouble(), -found.get(i)[j], 1e-4);
                        }
                        double mean =
                                -Arrays.stream(found.get(i)).skip(1).average().orElseThrow();
                        losses[i] += variant.equals("explanation") ? -mean : mean;
                    }
                }
            }
            for (int i = 0; i < losses.length; i++) {
                assertEquals(recorded.get("gain_per_sentence").get(i).asDouble(), losses[i], 1e-4);
            }
        }
    }

    private static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        Arrays.setAll(ids, i -> array.get(i).intValue());
        return ids;
    }

    @Test
    void rejectsEmptyAndLongTexts() {
        try (HookedTransformer model = Fixtures.load("gpt2");
                SharedPrefix prefix = SharedPrefix.of(model, PREFIX)) {
            int longest = model.config().contextLength();
            refused("the prefix has no tokens, expected at least one", () -> SharedPrefix.of(model));
            refused(
                    "the prefix has " + longest + " tokens, expected fewer than the model's context length, " + longest,
                    () -> SharedPrefix.of(model, new int[longest]));
            refused(
                    "continuation 2 of 2 has 0 tokens, expected 1 to " + (longest - 5) + ", the context length of "
                            + model.name() + " without the 5 tokens of the prefix",
                    () -> prefix.logProbabilities(List.of(new int[] {1}, new int[0])));
            refused(
                    "continuation 1 of 1 has " + (longest - 4) + " tokens",
                    () -> prefix.logProbabilities(List.of(new int[longest - 4])));
            refused("token id 99999 is not", () -> prefix.logProbabilities(List.of(new int[] {1, 99999, 1})));
            refused("token id 99999 is not", () -> prefix.logProbabilities(List.of(new int[] {99999})));
            refused("the number of most probable tokens is 0", () -> prefix.mostProbable(CONTINUATIONS, 0));
        }
    }

    private static void refused(String message, Runnable call) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, call::run);
        assertTrue(refused.getMessage().startsWith(message), refused::getMessage);
    }

    @Test
    void logProbabilitiesAreNormalisedInFloat64() {
        LogProbabilities found = LogProbabilities.of(1000f, 1001f, 999f, 1001f);
        double sum =
                IntStream.range(0, 4).mapToDouble(i -> Math.exp(found.of(i))).sum();
        assertEquals(1, sum, 1e-12);
        assertEquals(-1, found.of(0) - found.of(1), 1e-12);
        assertEquals(
                List.of(1, 3, 0),
                found.top(3).stream().map(TokenLogProbability::token).toList());
        assertEquals(List.of(), found.top(0));
        assertEquals(4, found.top(9).size());
    }
}
