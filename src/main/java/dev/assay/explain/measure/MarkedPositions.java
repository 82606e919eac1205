package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws wrong marks for fuzzing inside activating windows. Their number is that of the right marks and their positions follow those of right
 * marks, so neither reveals the label.
 */
public final class MarkedPositions {
    private final double[] frequency;

    /**
     * Counts how often each position is marked in right windows.
     *
     * @param marks right marks [windows][length], at least one window
     * @throws InvalidInputException without windows or if lengths differ
     */
    public MarkedPositions(List<boolean[]> marks) {
        InvalidInputException.require(!marks.isEmpty(), "there are no marked windows, expected at least one");
        frequency = new double[marks.get(0).length];
        for (boolean[] window : marks) {
            Arguments.requireEqual("tokens in two windows", frequency.length, window.length);
            for (int i = 0; i < window.length; i++) {
                frequency[i] += window[i] ? 1 : 0;
            }
        }
    }

    /**
     * Draws wrong marks for an activating window: as many as its right marks, on silent tokens only, without replacement, with
     * probabilities in proportion to how often a position is marked in right windows plus one.
     *
     * @param activations n activations of the window
     * @param right its right marks, n entries
     * @param random draws the positions
     * @return n marks; fewer than the right marks if there are fewer silent tokens
     * @throws InvalidInputException if a length differs
     */
    public boolean[] wrong(float[] activations, boolean[] right, SplittableRandom random) {
        Arguments.requireEqual("tokens in two windows", frequency.length, activations.length);
        Arguments.requireEqual("activations and marks", activations.length, right.length);
        List<Integer> silent = new ArrayList<>();
        int count = 0;
        for (int i = 0; i < right.length; i++) {
            count += right[i] ? 1 : 0;
            if (activations[i] == 0 && !right[i]) {
                silent.add(i);
            }
        }
        boolean[] wrong = new boolean[right.length];
        for (int i = 0; i < count && !silent.isEmpty(); i++) {
            wrong[silent.remove(draw(silent, random))] = true;
        }
        return wrong;
    }

    private int draw(List<Integer> positions, SplittableRandom random) {
        double sum = 0;
        for (int position : positions) {
            sum += frequency[position] + 1;
        }
        double left = random.nextDouble() * sum;
        for (int i = 0; i < positions.size() - 1; i++) {
            left -= frequency[positions.get(i)] + 1;
            if (left < 0) {
                return i;
            }
        }
        return positions.size() - 1;
    }
}
