package dev.assay.evaluate.similarity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.MetricFixtures;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class DictionaryComparisonTest {
    @Test
    void similaritiesMatchTheReference() throws IOException {
        try (MetricFixtures fixtures = new MetricFixtures();
                Scope scope = Scope.open()) {
            NDArray a = fixtures.input("dict_a");
            NDArray b = fixtures.input("dict_b");
            Cosines.Largest largest = new Cosines(a, b).largest();
            assertArrayEquals(fixtures.expectedArray("max_cosine_a"), largest.ofA(), 1e-12);
            assertArrayEquals(fixtures.expectedArray("max_cosine_b"), largest.ofB(), 1e-12);
            DictionarySimilarity similarity = DictionaryComparison.of(a, b).run();
            fixtures.assertAgrees("/mmcs/a_to_b", similarity.mmcsOfA().value());
            fixtures.assertAgrees("/mmcs/b_to_a", similarity.mmcsOfB().value());
            fixtures.assertAgrees("/mmcs/symmetric", similarity.symmetricMmcs());
            fixtures.assertAgrees(
                    "/mmcs/a_to_b_abs", similarity.absoluteMmcsOfA().value());
            DictionarySimilarity turned = DictionaryComparison.of(b, a).run();
            fixtures.assertAgrees("/mmcs/a_to_b_abs", turned.absoluteMmcsOfB().value());
            fixtures.assertAgrees("/mmcs/a_to_b", turned.mmcsOfB().value());
            assertEquals(
                    similarity.matchedCosine().value(), turned.matchedCosine().value(), 1e-12);
        }
    }

    @Test
    void matchingsMatchTheReference() throws IOException {
        try (MetricFixtures fixtures = new MetricFixtures();
                Scope scope = Scope.open()) {
            assertMatchingEquals(fixtures, "rectangular_a_b", "dict_a", "dict_b");
            assertMatchingEquals(fixtures, "square", "square_a", "square_b");
        }
    }

    private static void assertMatchingEquals(MetricFixtures fixtures, String name, String a, String b) {
        DictionarySimilarity similarity =
                DictionaryComparison.of(fixtures.input(a), fixtures.input(b)).run();
        JsonNode expected = fixtures.expected("/hungarian/" + name);
        assertArrayEquals(integers(expected.get("rows")), similarity.matchedLatentsOfA());
        assertArrayEquals(integers(expected.get("cols")), similarity.matchedLatentsOfB());
        for (int i = 0; i < similarity.matchedCosines().length; i++) {
            assertEquals(
                    expected.get("matched_cosines").get(i).doubleValue(),
                    similarity.matchedCosines()[i],
                    1e-12);
        }
        fixtures.assertAgrees(
                "/hungarian/" + name + "/mean_cosine",
                similarity.matchedCosine().value());
        long above = IntStream.range(0, similarity.matchedCosines().length)
                .filter(i -> expected.get("matched_cosines").get(i).doubleValue() >= 0.9)
                .count();
        assertEquals(
                (double) above / similarity.matchedCosines().length,
                similarity.matchedShare().value());
    }

    private static int[] integers(JsonNode array) {
        return IntStream.range(0, array.size())
                .map(i -> array.get(i).intValue())
                .toArray();
    }

    /** Nulls of published toy model settings, computed independently; the papers round them to 0.19, 0.40, 0.48. */
    @Test
    void nullMatchesPublishedValues() {
        int[][] settings = {{256, 512, 512}, {64, 512, 1024}, {32, 64, 256}};
        double[] known = {0.1891, 0.3930, 0.4782};
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            for (int i = 0; i < settings.length; i++) {
                NDArray truth = Weights.randomDirections(manager, settings[i][1], settings[i][0], 1);
                NDArray other = Weights.randomDirections(manager, settings[i][2], settings[i][0], 2);
                DictionarySimilarity similarity =
                        DictionaryComparison.of(truth, other).draws(6).seed(5).run();
                DictionarySimilarity.Figure figure = similarity.mmcsOfA();
                assertEquals(known[i], figure.random(), 0.01);
                assertEquals(figure.random(), figure.value(), 0.02);
                assertTrue(figure.spread() > 0 && figure.spread() < 0.02);
                // The null of the other dictionary, which has at least as many directions.
                assertEquals(similarity.mmcsOfB().random(), similarity.mmcsOfB().value(), 0.02);
                assertEquals(0, similarity.matchedShare().random());
            }
        }
    }

    @Test
    void comparisonIgnoresOrderAndNormOfDirections() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray a = Weights.randomDirections(manager, 1500, 24, 3);
            NDArray longer = a.flip(0).mul(3f);
            DictionarySimilarity same = DictionaryComparison.of(a, longer).run();
            assertEquals(1, same.mmcsOfA().value(), 1e-6);
            assertEquals(1, same.matchedCosine().value(), 1e-6);
            assertEquals(1, same.matchedShare().value());
            for (int i = 0; i < 1500; i++) {
                assertEquals(1499 - i, same.matchedLatentsOfB()[i]);
            }
            DictionarySimilarity opposite = DictionaryComparison.of(a, a.neg()).run();
            assertEquals(1, opposite.absoluteMmcsOfA().value(), 1e-6);
            assertTrue(opposite.mmcsOfA().value() < 0.8);
        }
    }

    @Test
    void zeroDirectionMatchesNothing() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray a = Weights.randomDirections(manager, 3, 5, 1);
            NDArray b = a.concat(manager.zeros(new Shape(1, 5)), 0);
            DictionarySimilarity similarity = DictionaryComparison.of(a, b).run();
            assertEquals(1, similarity.mmcsOfA().value(), 1e-6);
            assertEquals(0.75, similarity.mmcsOfB().value(), 1e-6);
        }
    }

    @Test
    void nullDependsOnTheSeed() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray a = Weights.randomDirections(manager, 20, 5, 1);
            assertEquals(figures(a, 7), figures(a, 7));
            assertTrue(!figures(a, 7).equals(figures(a, 8)));
        }
    }

    private static String figures(NDArray a, long seed) {
        return DictionaryComparison.of(a, a.neg()).seed(seed).run().figures().toString();
    }

    @Test
    void rejectsIncomparableDirections() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray a = manager.ones(new Shape(4, 5));
            NDArray b = manager.ones(new Shape(4, 6));
            assertTrue(refusal(() -> DictionaryComparison.of(a, b)).contains("5 wide, those of the other 6"));
            assertTrue(refusal(() -> DictionaryComparison.of(a, a).draws(1)).contains("at least 2"));
            assertTrue(refusal(() -> DictionaryComparison.of(a, a).matchedFrom(1.5))
                    .contains("1.5"));
        }
    }

    private static String refusal(Runnable call) {
        return assertThrows(InvalidInputException.class, call::run).getMessage();
    }
}
