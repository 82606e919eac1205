package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.feature.store.FeatureStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzingItemsTest {
    @TempDir
    static Path folder;

    private static FeatureStore store;

    @BeforeAll
    static void writeStore() throws IOException {
        RandomText text = new RandomText(1500, 64, 60, 4);
        store = text.store(
                folder.resolve("store"),
                1,
                (latent, position) ->
                        RandomText.active(latent, position, 0.05) ? RandomText.gamma(latent, position) : 0);
    }

    private static FeatureExamples examples(long seed) {
        return ExampleSet.of(store, ExampleOptions.DEFAULT.withSeed(seed)).of(0);
    }

    @Test
    void wrongMarksAreOnSilentTokensOfActiveWindowsInEqualNumber() {
        for (long seed = 0; seed < 5; seed++) {
            List<MarkedWindow> items = FuzzingItems.inActiveWindows(examples(seed), Part.TEST, seed);
            long right = items.stream().filter(MarkedWindow::right).count();
            assertTrue(Math.abs(2 * right - items.size()) <= 1 && right >= 20);
            for (MarkedWindow item : items) {
                TextWindow window = item.window();
                assertTrue(window.isActive());
                assertEquals(window.activeTokens(), item.marked().size());
                for (int mark : item.marked()) {
                    assertEquals(item.right(), window.activation(mark) > 0);
                }
            }
        }
    }

    @Test
    void positionsOfWrongMarksDoNotRevealThem() {
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (long seed = 0; seed < 40; seed++) {
            for (MarkedWindow item : FuzzingItems.inActiveWindows(examples(seed), Part.TEST, seed)) {
                for (int mark : item.marked()) {
                    sums[item.right() ? 1 : 0] += (double) mark / item.window().length();
                    counts[item.right() ? 1 : 0]++;
                }
            }
        }
        assertEquals(sums[1] / counts[1], sums[0] / counts[0], 0.03);
    }

    @Test
    void variantWithSilentWindowsMarksThemAtRandomPositions() {
        FeatureExamples examples = examples(0);
        List<MarkedWindow> items = FuzzingItems.inSilentWindows(examples, Part.TEST, 0);
        int count = (int) Math.ceil(examples.windows(Part.TEST, Stratum.DECILES).stream()
                .mapToInt(TextWindow::activeTokens)
                .average()
                .orElseThrow());
        List<MarkedWindow> wrong = items.stream().filter(item -> !item.right()).toList();
        assertEquals(examples.windows(Part.TEST, Stratum.NEGATIVE_RANDOM).size(), wrong.size());
        for (MarkedWindow item : wrong) {
            assertFalse(item.window().isActive());
            assertEquals(Math.min(count, item.window().length()), item.marked().size());
        }
        assertTrue(wrong.stream().map(item -> item.marked().get(0)).distinct().count() > 5);
    }
}
