package dev.assay.explain.saebench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.RandomText;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.saebench.SaeBenchWindows.Counts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaeBenchWindowsTest {
    private static final int LENGTH = 2 * SaeBenchWindows.BUFFER + 1;
    private static final int TWO_LEVELS = 1;

    @TempDir
    static Path folder;

    private static ExampleSet examples;

    @BeforeAll
    static void writeStore() throws IOException {
        RandomText text = new RandomText(700, 64, 60, 8);
        examples = ExampleSet.of(
                text.store(
                        folder.resolve("store"),
                        2,
                        (latent, position) -> latent == TWO_LEVELS
                                ? twoLevels(position)
                                : RandomText.active(latent, position, 0.02) ? RandomText.gamma(latent, position) : 0),
                ExampleOptions.DEFAULT.withSeed(4));
    }

    /** Returns equal numbers of the activations 3 and 1. */
    private static float twoLevels(int position) {
        return RandomText.active(6, position, 0.01) ? 3 : RandomText.active(7, position, 0.01) ? 1 : 0;
    }

    private static List<TextWindow> judged(long seed) {
        return SaeBenchWindows.draw(examples.of(0), Part.TEST, Counts.JUDGE, seed);
    }

    private static List<TextWindow> of(List<TextWindow> windows, Stratum stratum) {
        return windows.stream().filter(window -> window.stratum() == stratum).toList();
    }

    @Test
    void drawsTwoTopTwoImportanceWeightedAndTenSilentWindowsFromDifferentTestDocuments() {
        for (long seed = 0; seed < 20; seed++) {
            List<TextWindow> windows = judged(seed);
            assertEquals(14, windows.size());
            assertEquals(2, of(windows, Stratum.TOP).size());
            assertEquals(2, of(windows, Stratum.IMPORTANCE).size());
            assertEquals(10, of(windows, Stratum.NEGATIVE_RANDOM).size());
            Set<Long> documents = new HashSet<>();
            for (TextWindow window : windows) {
                assertTrue(documents.add(window.document()), "two windows of document " + window.document());
                assertEquals(Part.TEST, Part.of(window.document(), 4));
                assertEquals(window.stratum() != Stratum.NEGATIVE_RANDOM, window.isActive(), window.toString());
                assertTrue(window.length() <= LENGTH, window.toString());
            }
            assertTrue(windows.stream().anyMatch(window -> window.length() == LENGTH));
        }
    }

    @Test
    void explainerReadsTenTopAndFiveImportanceWeightedWindowsOfTrainingDocuments() {
        FeatureExamples training = examples.of(0).only(Part.TRAIN);
        List<TextWindow> windows = SaeBenchWindows.draw(training, Part.TRAIN, Counts.EXPLAINER, 1);
        assertEquals(10, of(windows, Stratum.TOP).size());
        assertEquals(15, windows.size());
        windows.forEach(window -> assertEquals(Part.TRAIN, Part.of(window.document(), 4)));
    }

    @Test
    void topWindowsHaveTheLargestActivationsOfTheDocuments() {
        List<Float> maxima = new ArrayList<>();
        Set<Long> documents = new HashSet<>();
        List<TextWindow> runs = new ArrayList<>();
        examples.of(0).whole(Part.TEST).forEach(runs::add);
        runs.sort(Comparator.comparing(TextWindow::max).reversed());
        for (TextWindow run : runs) {
            if (maxima.size() < 2 && documents.add(run.document())) {
                maxima.add(run.max());
            }
        }
        List<TextWindow> top = of(judged(0), Stratum.TOP);
        assertEquals(maxima, top.stream().map(TextWindow::max).toList());
        for (TextWindow window : top) {
            TextWindow run = runs.stream()
                    .filter(whole -> whole.document() == window.document()
                            && whole.start() <= window.start()
                            && window.start() + window.length() <= whole.start() + whole.length())
                    .findFirst()
                    .orElseThrow();
            assertEquals(Math.min(LENGTH, run.length()), window.length(), "a window at an end is shifted, not cut");
        }
    }

    @Test
    void importanceIsTheSquaredActivation() {
        int strong = 0;
        int all = 0;
        for (long seed = 0; seed < 300; seed++) {
            for (TextWindow window : of(
                    SaeBenchWindows.draw(examples.of(TWO_LEVELS), Part.TEST, new Counts(0, 1, 0), seed),
                    Stratum.IMPORTANCE)) {
                // The chosen token is in the middle, unless the window is shifted.
                int chosen = Math.round(window.activation(window.length() / 2)); // the store rounds activations
                if (window.length() == LENGTH && (chosen == 1 || chosen == 3)) {
                    all++;
                    strong += chosen == 3 ? 1 : 0;
                }
            }
        }
        assertTrue(all > 100, "only " + all + " windows");
        double share = (double) strong / all;
        // 9 in 10; in proportion to the activation it would be 3 in 4.
        assertTrue(share > 0.83 && share < 0.97, "share " + share);
    }

    @Test
    void seedSelectsOtherWindowsAndOrder() {
        assertEquals(judged(3), judged(3));
        assertNotEquals(judged(3), judged(4));
        List<TextWindow> order = SaeBenchAccuracy.shuffled(judged(3), 0, 3);
        assertEquals(Set.copyOf(judged(3)), Set.copyOf(order));
        assertFalse(IntStream.range(0, 20)
                .allMatch(seed ->
                        SaeBenchAccuracy.shuffled(judged(3), 0, seed).get(0).isActive()));
    }
}
