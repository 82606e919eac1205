package dev.assay.feature.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Compares a dictionary with itself in reversed order and with its last latents replaced. */
class FeatureComparisonTest {
    private static final int REPLACED = 5;
    private static final int LATENTS = TinyDictionary.LATENTS;

    @TempDir
    static Path folder;

    private static TinyDictionary tiny;
    private static SparseAutoencoder turned;
    private static FeatureInspector a;
    private static FeatureInspector b;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
        turned = turned();
        a = inspector(tiny.sae, 2000, "a");
        b = inspector(turned, 2000, "b");
    }

    @AfterAll
    static void close() {
        turned.close();
        tiny.close();
    }

    private static FeatureInspector inspector(SparseAutoencoder sae, long tokens, String name) throws IOException {
        return FeatureInspector.of(
                tiny.model,
                sae,
                FeatureCollector.of(tiny.model, sae, tiny.corpus).tokens(tokens).collect(folder.resolve(name)));
    }

    /** Latent i of the result is latent LATENTS − 1 − i, except for the last five, which are from another dictionary. */
    private static SparseAutoencoder turned() {
        try (SparseAutoencoder other = TinyDictionary.dictionary(tiny.model, 77, TinyDictionary.SITE.name());
                Scope scope = Scope.open()) {
            Weights own = tiny.sae.weights();
            return tiny.sae.toBuilder()
                    .weights(new Weights(
                            mixed(own.encoder(), other.encoder()),
                            mixed(own.encoderBias(), own.encoderBias().zerosLike()),
                            mixed(own.decoder(), other.decoder()),
                            own.decoderBias()))
                    .build();
        }
    }

    private static NDArray mixed(NDArray own, NDArray other) {
        long[] order = new long[LATENTS];
        for (int i = 0; i < LATENTS; i++) {
            order[i] = i < LATENTS - REPLACED ? LATENTS - 1 - i : LATENTS + i;
        }
        return Aten.indexSelect(own.concat(other), 0, own.getManager().create(order));
    }

    private static void assertReversed(FeatureComparison comparison) {
        for (FeatureComparison.Match match : comparison.matched()) {
            assertEquals(LATENTS - 1 - match.latentOfA(), match.latentOfB());
        }
    }

    private static Set<Integer> latents(List<FeatureComparison.Unmatched> unmatched) {
        return unmatched.stream().map(FeatureComparison.Unmatched::latent).collect(Collectors.toSet());
    }

    /** A dead latent is neither a gone nor a new feature. */
    private static Set<Integer> live(FeatureInspector inspector, Set<Integer> latents) {
        return latents.stream()
                .filter(latent -> !inspector.feature(latent).isDead())
                .collect(Collectors.toSet());
    }

    @Test
    void matchesDirectionsInAnyOrder() {
        for (Neighbour.Measure measure : List.of(Neighbour.Measure.DECODER_COSINE, Neighbour.Measure.ENCODER_COSINE)) {
            FeatureComparison comparison = a.compare(b, measure, 0.8);
            assertReversed(comparison);
            assertEquals(LATENTS - REPLACED, comparison.matched().size());
            comparison.matched().forEach(match -> assertEquals(1, match.value(), 1e-5));
            assertEquals(live(a, Set.of(0, 1, 2, 3, 4)), latents(comparison.gone()));
            assertEquals(live(b, Set.of(35, 36, 37, 38, 39)), latents(comparison.added()));
            assertTrue(comparison.gone().size() > 2 && !comparison.added().isEmpty());
            assertEquals(0, comparison.matchedByChance());
            assertTrue(comparison.a().meanBest() > 0.9, comparison.a().toString());
            assertTrue(comparison.a().meanBestByChance() < 0.6 && comparison.a().meanBestByChance() > 0.1);
        }
    }

    @Test
    void matchesActivationsOnTheSameTokens() {
        FeatureComparison comparison = a.compare(b, Neighbour.Measure.PEARSON, 0.9);
        assertReversed(comparison);
        // The replaced latents compete for the top k, so the activations of the others change slightly.
        assertTrue(comparison.matched().size() >= 20, comparison.toText());
        assertTrue(comparison.matchedByChance() < 5, "by chance " + comparison.matchedByChance());
        FeatureComparison same = a.compare(a, Neighbour.Measure.PEARSON, 0.9);
        int live = LATENTS - same.a().dead();
        assertEquals(live, same.matched().size());
        same.matched().forEach(match -> {
            assertEquals(match.latentOfA(), match.latentOfB());
            assertEquals(1, match.value(), 1e-9);
        });
        FeatureComparison jaccard = a.compare(a, Neighbour.Measure.JACCARD, 0.9);
        jaccard.matched().forEach(match -> assertEquals(1, match.value()));
        assertEquals(live, jaccard.matched().size());
    }

    /** A pass over two stores finds the same values as one store for its own pairs. */
    @Test
    void correlationsEqualThoseOfTheStore() {
        FeatureStore store = open("a");
        BestMatches best = new ActivationMatching(store, open("b"), Neighbour.Measure.PEARSON).best(0);
        int latent = a.strongest(LATENTS).stream()
                .map(FeatureSummary::latent)
                .filter(one -> one >= REPLACED)
                .findFirst()
                .orElseThrow();
        FeatureActivations row = store.activations(latent);
        FeatureActivations partner = open("b").activations(LATENTS - 1 - latent);
        double[] first = dense(row, store.positions());
        double[] second = dense(partner, store.positions());
        double n = store.tokens();
        double product = 0;
        double sumOfFirst = 0;
        double sumOfSecond = 0;
        double squaresOfFirst = 0;
        double squaresOfSecond = 0;
        for (int i = 0; i < first.length; i++) {
            product += first[i] * second[i];
            sumOfFirst += first[i];
            sumOfSecond += second[i];
            squaresOfFirst += first[i] * first[i];
            squaresOfSecond += second[i] * second[i];
        }
        double expected = (product - sumOfFirst * sumOfSecond / n)
                / Math.sqrt((squaresOfFirst - sumOfFirst * sumOfFirst / n)
                        * (squaresOfSecond - sumOfSecond * sumOfSecond / n));
        assertEquals(LATENTS - 1 - latent, best.nearestOfA(latent).nearest());
        assertEquals(expected, best.nearestOfA(latent).value(), 1e-9);
    }

    private static FeatureStore open(String name) {
        try {
            return FeatureStore.open(folder.resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static double[] dense(FeatureActivations row, long positions) {
        double[] dense = new double[(int) positions];
        for (int i = 0; i < row.size(); i++) {
            dense[(int) row.position(i)] = row.value(i);
        }
        return dense;
    }

    @Test
    void rendersBothDictionaries() {
        FeatureComparison comparison = a.compare(b);
        String text = comparison.toText();
        assertTrue(text.contains("pairs match by decoder cosine from 0.70 (by chance 0)"), text);
        assertTrue(text.contains("gone: only in a") && text.contains("new: only in b") && text.contains("nearest "));
        String html = comparison.toHtml();
        assertTrue(html.contains("Matched, the most similar first") && html.contains("By chance".toLowerCase()));
        assertFalse(html.contains("<script") || html.contains(" id="));
        assertEquals(3, comparison.glimpsesOfA().get(0).examples().size());
    }

    @Test
    void rejectsIncomparableStores() throws IOException {
        FeatureInspector shorter = inspector(tiny.sae, 700, "shorter");
        assertRejected(
                "the two feature stores are of different tokens",
                () -> a.compare(shorter, Neighbour.Measure.PEARSON, 0.5));
        assertRejected("the bound is 1.5", () -> a.compare(b, Neighbour.Measure.DECODER_COSINE, 1.5));
        try (Scope scope = Scope.open()) {
            NDArray narrow = tiny.model.manager().ones(new Shape(3, 2));
            assertRejected(
                    "the directions of one dictionary have 48 numbers, those of the other 2",
                    () -> DictionaryMatching.ofDirections(tiny.sae.decoder(), narrow));
        }
    }

    private static void assertRejected(String part, Executable call) {
        String message = assertThrows(InvalidInputException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
