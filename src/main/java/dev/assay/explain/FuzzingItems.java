package dev.assay.explain;

import dev.assay.explain.measure.MarkedPositions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Windows with right and wrong marks. Right marks are on all tokens on which the feature is active. */
public final class FuzzingItems {
    private FuzzingItems() {}

    /**
     * Marks active windows: every second window of each decile has wrong marks. A window has as many wrong marks as it has active tokens, on
     * silent tokens only, at positions that are distributed like those of right marks. So only the marks reveal which windows are right.
     * Windows with more active than silent tokens are left out.
     *
     * @param examples the examples of a feature
     * @param part the documents
     * @param seed the seed of the wrong marks
     * @return the windows in the order of the deciles
     */
    public static List<MarkedWindow> inActiveWindows(FeatureExamples examples, Part part, long seed) {
        List<TextWindow> windows = examples.windows(part, Stratum.DECILES).stream()
                .filter(window -> 2 * window.activeTokens() <= window.length())
                .toList();
        List<MarkedWindow> marked = new ArrayList<>();
        if (windows.isEmpty()) {
            return marked;
        }
        int longest = windows.stream().mapToInt(TextWindow::length).max().orElseThrow();
        MarkedPositions positions = new MarkedPositions(windows.stream()
                .map(window -> stretched(active(window), longest))
                .toList());
        SplittableRandom random = random(examples, part, seed);
        for (int i = 0; i < windows.size(); i++) {
            TextWindow window = windows.get(i);
            boolean right = i % 2 == 0;
            boolean[] active = active(window);
            marked.add(new MarkedWindow(
                    window, right ? active : wrong(window, active, positions, longest, random), right));
        }
        return marked;
    }

    /**
     * Marks active windows right and silent windows at random, as in delphi by default. A judge can answer without looking at the marks:
     * whether the feature is active is sufficient. Silent windows have the mean number of active tokens as marks, rounded up.
     *
     * @param examples the examples of a feature
     * @param part the documents
     * @param seed the seed of the wrong marks
     * @return the active windows, then the silent ones
     */
    public static List<MarkedWindow> inSilentWindows(FeatureExamples examples, Part part, long seed) {
        List<TextWindow> windows = examples.windows(part, Stratum.DECILES);
        List<MarkedWindow> marked = new ArrayList<>();
        windows.forEach(window -> marked.add(new MarkedWindow(window, active(window), true)));
        int count = (int) Math.ceil(
                windows.stream().mapToInt(TextWindow::activeTokens).average().orElse(0));
        SplittableRandom random = random(examples, part, seed);
        for (TextWindow window : examples.windows(part, Stratum.NEGATIVE_RANDOM)) {
            boolean[] marks = new boolean[window.length()];
            for (int left = Math.min(count, marks.length); left > 0; ) {
                int at = random.nextInt(marks.length);
                left -= marks[at] ? 0 : 1;
                marks[at] = true;
            }
            marked.add(new MarkedWindow(window, marks, false));
        }
        return marked;
    }

    private static SplittableRandom random(FeatureExamples examples, Part part, long seed) {
        return new SplittableRandom(Mixing.of(seed, examples.latent(), part.ordinal()));
    }

    private static boolean[] active(TextWindow window) {
        boolean[] active = new boolean[window.length()];
        for (int i = 0; i < active.length; i++) {
            active[i] = window.activation(i) > 0;
        }
        return active;
    }

    /**
     * Draws wrong marks. Windows are stretched to equal lengths, so that positions are relative ones; the tokens between those of the window
     * count as active and are never marked.
     */
    private static boolean[] wrong(
            TextWindow window, boolean[] active, MarkedPositions positions, int length, SplittableRandom random) {
        float[] activations = new float[length];
        Arrays.fill(activations, 1);
        for (int i = 0; i < active.length; i++) {
            activations[stretched(i, active.length, length)] = window.activation(i);
        }
        boolean[] drawn = positions.wrong(activations, stretched(active, length), random);
        boolean[] wrong = new boolean[active.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = drawn[stretched(i, wrong.length, length)];
        }
        return wrong;
    }

    private static boolean[] stretched(boolean[] marks, int length) {
        boolean[] stretched = new boolean[length];
        for (int i = 0; i < marks.length; i++) {
            stretched[stretched(i, marks.length, length)] = marks[i];
        }
        return stretched;
    }

    private static int stretched(int index, int from, int to) {
        return (int) ((2L * index + 1) * to / (2L * from));
    }
}
