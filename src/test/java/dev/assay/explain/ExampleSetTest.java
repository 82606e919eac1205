package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the split of documents and the draws on random text. Latents have frequencies of 0.001 to 0.5; the last one is dead. */
class ExampleSetTest {
    private static final double[] FREQUENCIES = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5};
    private static final int DEAD = FREQUENCIES.length;
    private static final ExampleOptions OPTIONS =
            ExampleOptions.DEFAULT.withWindowLength(16).withMinimumDocuments(5);

    @TempDir
    static Path folder;

    private static final List<FeatureStore> stores = new ArrayList<>();

    @BeforeAll
    static void writeStores() throws IOException {
        int[][] shapes = {{400, 64, 50}, {300, 32, 9}, {150, 128, 300}};
        for (int[] shape : shapes) {
            RandomText text = new RandomText(shape[0], shape[1], shape[2], stores.size());
            stores.add(
                    text.store(folder.resolve("store" + stores.size()), FREQUENCIES.length + 1, ExampleSetTest::code));
        }
    }

    private static float code(int latent, int position) {
        boolean active = latent != DEAD && RandomText.active(latent, position, FREQUENCIES[latent]);
        return active ? RandomText.gamma(latent, position) : 0;
    }

    /** The examples of a feature of each store and seed. */
    private interface Check {
        void accept(FeatureStore store, FeatureExamples examples);
    }

    private static void forAll(Check check) {
        int checked = 0;
        for (FeatureStore store : stores) {
            for (long seed = 0; seed < 2; seed++) {
                ExampleSet set = ExampleSet.of(store, OPTIONS.withSeed(seed));
                for (int latent = 0; latent < FREQUENCIES.length; latent++) {
                    if (set.exclusion(latent).isEmpty()) {
                        check.accept(store, set.of(latent));
                        checked++;
                    }
                }
            }
        }
        assertTrue(checked > 30, checked + " features");
    }

    private static List<Stratum> drawn() {
        return Arrays.stream(Stratum.values())
                .filter(stratum -> stratum != Stratum.WHOLE)
                .toList();
    }

    @Test
    void noDocumentIsInTwoParts() {
        forAll((store, examples) -> {
            Map<Long, Part> parts = new HashMap<>();
            for (Part part : Part.values()) {
                for (TextWindow window : examples.windows(part, drawn())) {
                    assertEquals(
                            part, parts.merge(window.document(), part, (one, other) -> one == other ? one : other));
                }
                for (TextWindow window : examples.whole(part)) {
                    Part other = parts.put(window.document(), part);
                    assertTrue(other == null || other == part, window.toString());
                }
            }
        });
    }

    @Test
    void aDocumentHasOneExamplePerGroupAndPart() {
        forAll((store, examples) -> {
            for (Part part : Part.values()) {
                Map<Stratum.Group, Set<Long>> documents = new HashMap<>();
                for (TextWindow window : examples.windows(part, drawn())) {
                    assertTrue(
                            documents
                                    .computeIfAbsent(window.stratum().group(), group -> new HashSet<>())
                                    .add(window.document()),
                            window.toString());
                }
            }
        });
    }

    @Test
    void wholePartsCoverEveryOrdinaryTokenOnce() {
        forAll((store, examples) -> {
            BitSet seen = new BitSet();
            for (Part part : Part.values()) {
                for (TextWindow window : examples.whole(part)) {
                    for (int i = 0; i < window.length(); i++) {
                        int position = (int) window.start() + i;
                        assertFalse(seen.get(position));
                        seen.set(position);
                        assertNotEquals(RandomText.SPECIAL, window.id(i));
                    }
                }
            }
            assertEquals(store.tokens(), seen.cardinality());
        });
    }

    @Test
    void windowsHoldTheTokensAndActivationsOfTheStore() {
        forAll((store, examples) -> {
            Map<Long, Float> activations = new HashMap<>();
            FeatureActivations row = store.activations(examples.latent());
            for (int i = 0; i < row.size(); i++) {
                activations.put(row.position(i), row.value(i));
            }
            for (Part part : Part.values()) {
                for (TextWindow window : examples.windows(part, drawn())) {
                    assertTrue(window.length() <= OPTIONS.windowLength(), window.toString());
                    assertArrayEquals(
                            store.corpus().ids(window.start(), window.start() + window.length()), window.ids());
                    for (int i = 0; i < window.length(); i++) {
                        long position = window.start() + i;
                        assertEquals(window.document(), store.corpus().document(position));
                        assertEquals(activations.getOrDefault(position, 0f), window.activation(i));
                        assertEquals(" w" + window.id(i), window.tokens().get(i));
                    }
                }
            }
        });
    }

    @Test
    void strataContainWindowsOfTheirDefinition() {
        forAll((store, examples) -> {
            for (Part part : Part.values()) {
                List<TextWindow> top = examples.windows(part, Stratum.TOP);
                for (int i = 1; i < top.size(); i++) {
                    assertTrue(top.get(i).max() <= top.get(i - 1).max());
                }
                float least = top.isEmpty()
                        ? Float.POSITIVE_INFINITY
                        : top.get(top.size() - 1).max();
                for (TextWindow window : examples.windows(part, Stratum.RANDOM_ACTIVE)) {
                    assertTrue(window.isActive() && window.max() <= least);
                }
                float last = 0;
                for (Stratum decile : Stratum.DECILES) {
                    float largest = last;
                    for (TextWindow window : examples.windows(part, decile)) {
                        assertTrue(window.isActive() && window.max() >= last);
                        largest = Math.max(largest, window.max());
                    }
                    last = largest;
                }
                for (TextWindow window : examples.windows(part, Stratum.NEGATIVES)) {
                    assertFalse(window.isActive());
                }
            }
        });
    }

    @Test
    void weightsSumToTheSizesOfTheStrata() {
        forAll((store, examples) -> {
            for (Part part : Part.values()) {
                List<TextWindow> deciles = examples.windows(part, Stratum.DECILES);
                List<TextWindow> negatives = examples.windows(part, Stratum.NEGATIVES);
                for (Stratum decile : Stratum.DECILES) {
                    assertSum(examples.size(part, decile), examples.windows(part, decile));
                }
                assertSum(examples.size(part, Stratum.NEGATIVE_RANDOM), negatives);
                if (!deciles.isEmpty() && !negatives.isEmpty()) {
                    assertSum(examples.size(part, Stratum.WHOLE), examples.representative(part));
                }
                assertSum(examples.size(part, Stratum.RANDOM_ANY), examples.windows(part, Stratum.RANDOM_ANY));
            }
        });
    }

    private static void assertSum(long size, List<TextWindow> windows) {
        double sum = windows.stream().mapToDouble(TextWindow::weight).sum();
        assertEquals(windows.isEmpty() ? 0 : size, sum, 1e-6 * size);
    }

    @Test
    void weightedSumsEstimateTheSumsOfTheCorpus() {
        FeatureStore store = stores.get(0);
        for (int latent : new int[] {2, 4}) {
            double[] estimate = new double[3];
            double[] exact = new double[3];
            for (long seed = 0; seed < 60; seed++) {
                FeatureExamples examples =
                        ExampleSet.of(store, OPTIONS.withSeed(seed)).of(latent);
                examples.whole(Part.TEST).forEach(window -> addSums(window, exact));
                examples.representative(Part.TEST).forEach(window -> addSums(window, estimate));
            }
            for (int i = 0; i < exact.length; i++) {
                assertEquals(1, estimate[i] / exact[i], 0.03, "latent " + latent + ", sum " + i);
            }
        }
    }

    /** Adds the number of tokens, of active tokens, and the sum of activations. */
    private static void addSums(TextWindow window, double[] sums) {
        for (int i = 0; i < window.length(); i++) {
            sums[0] += window.weight();
            sums[1] += window.activation(i) > 0 ? window.weight() : 0;
            sums[2] += window.weight() * window.activation(i);
        }
    }

    @Test
    void activationsHaveAnyOffsetInTheirWindows() {
        int[] first = new int[4];
        for (long seed = 0; seed < 10; seed++) {
            FeatureExamples examples =
                    ExampleSet.of(stores.get(2), OPTIONS.withSeed(seed)).of(1);
            for (TextWindow window : examples.windows(Part.TRAIN, Stratum.TOP)) {
                int peak = 0;
                while (window.activation(peak) < window.max()) {
                    peak++;
                }
                first[4 * peak / window.length()]++;
            }
        }
        for (int quarter : first) {
            assertTrue(quarter >= 10, Arrays.toString(first));
        }
    }

    @Test
    void randomWindowsOfARareFeatureAreMostlySilentAndRandomActiveOnesNever() {
        ExampleSet set = ExampleSet.of(stores.get(0), OPTIONS);
        assertTrue(set.of(0).windows(Part.TEST, Stratum.TOP).size() >= 2);
        assertTrue(activeShare(set.of(0), Stratum.RANDOM_ANY) < 0.2);
        assertEquals(1, activeShare(set.of(0), Stratum.RANDOM_ACTIVE));
        assertTrue(activeShare(set.of(5), Stratum.RANDOM_ANY) > 0.9);
        assertEquals(1, activeShare(set.of(5), Stratum.RANDOM_ACTIVE));
    }

    private static double activeShare(FeatureExamples examples, Stratum stratum) {
        List<TextWindow> windows = examples.windows(Part.TEST, stratum);
        return (double) windows.stream().filter(TextWindow::isActive).count() / windows.size();
    }

    @Test
    void hardNegativesHaveTheMainTokenOrAnActiveNeighbour() throws IOException {
        RandomText text = new RandomText(400, 64, 50, 9);
        // Latent 0 is active on half the occurrences of token 7, latent 1 wherever latent 0 is and on token 8.
        FeatureStore store = text.store(folder.resolve("neighbours"), 3, (latent, position) -> {
            boolean own = text.ids[position] == 7 && position % 2 == 0;
            return switch (latent) {
                case 0 -> own ? 1 : 0;
                case 1 -> own || text.ids[position] == 8 ? 1 : 0;
                default -> text.ids[position] == 9 ? 1 : 0;
            };
        });
        FeatureExamples examples =
                ExampleSet.of(store, OPTIONS.withNeighbours(1)).of(0);
        List<TextWindow> surface = examples.windows(Part.TEST, Stratum.NEGATIVE_SURFACE);
        List<TextWindow> neighbour = examples.windows(Part.TEST, Stratum.NEGATIVE_NEIGHBOUR);
        assertEquals(OPTIONS.negatives(), surface.size());
        assertEquals(OPTIONS.negatives(), neighbour.size());
        for (TextWindow window : surface) {
            assertTrue(Arrays.stream(window.ids()).anyMatch(id -> id == 7));
        }
        for (TextWindow window : neighbour) {
            assertTrue(Arrays.stream(window.ids()).noneMatch(id -> id == 7));
            assertTrue(Arrays.stream(window.ids()).anyMatch(id -> id == 8));
        }
    }

    /** Counts some words of a text, as a stand-in for a sentence encoder. */
    private static double[] words(String text) {
        double[] counts = new double[6];
        for (String word : text.split(" ")) {
            if (word.matches("w1[0-4]")) {
                counts[word.charAt(2) - '0']++;
            }
        }
        counts[5] = 0.1; // no text has a zero vector
        return counts;
    }

    @Test
    void similarNegativesAreTheSilentWindowsNearestToActiveTrainingWindows() throws IOException {
        RandomText text = new RandomText(900, 64, 60, 5);
        // Active on the word 10 after the word 11, so active windows have both.
        FeatureStore store = text.store(
                folder.resolve("similar"),
                1,
                (latent, position) -> position > 0 && text.ids[position] == 10 && text.ids[position - 1] == 11 ? 1 : 0);
        ExampleSet plain = ExampleSet.of(store, OPTIONS.withMinimumDocuments(5));
        ExampleSet set = plain.withSimilarNegatives(ExampleSetTest::words);
        FeatureExamples examples = set.of(0);
        List<TextWindow> similar = examples.windows(Part.TEST, Stratum.NEGATIVE_SIMILAR);
        assertEquals(OPTIONS.negatives(), similar.size());
        double[] mean = new double[6];
        for (TextWindow window : examples.windows(Part.TRAIN, Stratum.DECILES)) {
            addUnit(mean, words(window.text()));
        }
        double least = similar.stream()
                .mapToDouble(window -> cosine(mean, window))
                .min()
                .orElseThrow();
        for (TextWindow window : similar) {
            assertFalse(window.isActive(), window.toString());
            assertEquals(Part.TEST, Part.of(window.document(), set.options().seed()));
        }
        List<TextWindow> others = new ArrayList<>(examples.windows(Part.TEST, Stratum.NEGATIVE_RANDOM));
        others.addAll(examples.windows(Part.TEST, Stratum.NEGATIVE_SURFACE));
        long nearer =
                others.stream().filter(window -> cosine(mean, window) > least).count();
        assertTrue(nearer <= others.size() / 10, nearer + " of " + others.size());
        // The weights of all negatives, similar ones included, sum to the number of silent windows.
        long silent = examples.size(Part.TEST, Stratum.NEGATIVE_RANDOM);
        assertSum(silent, examples.windows(Part.TEST, Stratum.NEGATIVES));
        double weight = examples.windows(Part.TEST, Stratum.NEGATIVES).stream()
                .filter(window -> window.stratum() == Stratum.NEGATIVE_SIMILAR)
                .mapToDouble(TextWindow::weight)
                .sum();
        long size = examples.size(Part.TEST, Stratum.NEGATIVE_SIMILAR);
        assertTrue(weight <= size * (1 + 1e-9) && size < silent / 10, weight + " for " + size + " of " + silent);
        // Without the option nothing changes.
        assertEquals(List.of(), plain.of(0).windows(Part.TEST, Stratum.NEGATIVE_SIMILAR));
        assertEquals(plain.of(0).windows(Part.TEST, Stratum.DECILES), examples.windows(Part.TEST, Stratum.DECILES));
        assertEquals(examples.windows(Part.TEST, Stratum.NEGATIVES), set.of(0).windows(Part.TEST, Stratum.NEGATIVES));
    }

    private static void addUnit(double[] sum, double... vector) {
        double norm =
                Math.sqrt(Arrays.stream(vector).map(value -> value * value).sum());
        for (int i = 0; i < sum.length; i++) {
            sum[i] += vector[i] / norm;
        }
    }

    private static double cosine(double[] mean, TextWindow window) {
        double[] unit = new double[mean.length];
        addUnit(unit, words(window.text()));
        double dot = 0;
        for (int i = 0; i < mean.length; i++) {
            dot += mean[i] * unit[i];
        }
        return dot;
    }

    @Test
    void equalSeedsDrawEqualExamplesAndOtherSeedsOthers() {
        ExampleSet set = ExampleSet.of(stores.get(0), OPTIONS);
        ExampleSet same = ExampleSet.of(stores.get(0), OPTIONS);
        ExampleSet other = ExampleSet.of(stores.get(0), OPTIONS.withSeed(1));
        for (Part part : Part.values()) {
            List<TextWindow> windows = set.of(3).windows(part, drawn());
            assertEquals(windows, same.of(3).windows(part, drawn()));
            assertNotEquals(windows, other.of(3).windows(part, drawn()));
        }
    }

    @Test
    void excludesFeaturesWithFewDocumentsWithReasonAndCounts() {
        ExampleSet set = ExampleSet.of(stores.get(2), OPTIONS.withMinimumDocuments(20));
        Exclusion dead = set.exclusion(DEAD).orElseThrow();
        assertEquals(new Exclusion(DEAD, Exclusion.Reason.DEAD, 0, 0, 20), dead);
        Exclusion rare = set.exclusion(0).orElseThrow();
        assertEquals(Exclusion.Reason.TOO_RARE, rare.reason());
        assertEquals(documents(stores.get(2), 0, Part.TRAIN), rare.trainDocuments());
        assertEquals(documents(stores.get(2), 0, Part.TEST), rare.testDocuments());
        String refused =
                assertThrows(InvalidInputException.class, () -> set.of(0)).getMessage();
        assertTrue(
                refused.matches(
                        "latent 0 is active on \\d+ training and \\d+ test documents, expected at least 20 of each"),
                refused);
    }

    private static int documents(FeatureStore store, int latent, Part part) {
        Set<Long> documents = new HashSet<>();
        FeatureActivations row = store.activations(latent);
        for (int i = 0; i < row.size(); i++) {
            if (Part.of(row.document(i), OPTIONS.seed()) == part) {
                documents.add(row.document(i));
            }
        }
        return documents.size();
    }

    @Test
    void sampleIsARandomOrderOfAllFeaturesAndListsExclusions() {
        ExampleSet set = ExampleSet.of(stores.get(0), OPTIONS);
        FeatureSample all = set.sample(100);
        Set<Integer> latents = new HashSet<>(all.latents());
        all.exclusions().forEach(excluded -> latents.add(excluded.latent()));
        assertEquals(FREQUENCIES.length + 1, latents.size());
        assertEquals(all.latents().subList(0, 2), set.sample(2).latents());
        Set<Integer> first = new HashSet<>();
        for (long seed = 0; seed < 30; seed++) {
            first.add(ExampleSet.of(stores.get(1), OPTIONS.withSeed(seed))
                    .sample(1)
                    .latents()
                    .get(0));
        }
        assertTrue(first.size() >= 4, first.toString());
    }

    @Test
    void aViewOfThePartOfAnExplainerRefusesOtherParts() {
        FeatureExamples all = ExampleSet.of(stores.get(0), OPTIONS).of(3);
        FeatureExamples view = all.only(Part.TRAIN);
        assertEquals(all.windows(Part.TRAIN, Stratum.TOP), view.windows(Part.TRAIN, Stratum.TOP));
        assertEquals(all.size(Part.TRAIN, Stratum.WHOLE), view.size(Part.TRAIN, Stratum.WHOLE));
        assertEquals(all.activeDocuments(Part.TRAIN), view.activeDocuments(Part.TRAIN));
        for (Part part : new Part[] {Part.CALIBRATION, Part.TEST}) {
            assertThrows(InvalidInputException.class, () -> view.windows(part, Stratum.TOP));
            assertThrows(InvalidInputException.class, () -> view.size(part, Stratum.TOP));
            assertThrows(InvalidInputException.class, () -> view.activeDocuments(part));
            String refused = assertThrows(InvalidInputException.class, () -> view.whole(part))
                    .getMessage();
            assertTrue(
                    refused.endsWith("documents of latent 3 were requested, expected only train documents"), refused);
        }
    }
}
