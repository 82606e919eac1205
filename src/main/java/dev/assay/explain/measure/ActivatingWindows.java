package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Windows of delphi's example constructor, made from consecutive windows of one feature. Windows with equal maxima keep their order. */
public final class ActivatingWindows {
    private final int[][] tokens;
    private final float[][] activations;
    private final int length;

    /**
     * Wraps consecutive windows.
     *
     * @param tokens token ids [windows][length]
     * @param activations activations of the feature [windows][length]
     * @throws InvalidInputException if the shapes differ or windows have different lengths
     */
    public ActivatingWindows(int[][] tokens, float[][] activations) {
        Arguments.requireEqual("windows of tokens and of activations", tokens.length, activations.length);
        length = tokens.length == 0 ? 0 : tokens[0].length;
        for (int i = 0; i < tokens.length; i++) {
            Arguments.requireEqual("tokens in two windows", length, tokens[i].length);
            Arguments.requireEqual("token ids and activations", length, activations[i].length);
        }
        this.tokens = tokens.clone();
        this.activations = activations.clone();
    }

    /**
     * Returns the windows with an activation above 0.
     *
     * @return the windows by falling maximum
     */
    public List<ActivatingWindow> byMaximum() {
        return order().stream().map(this::window).toList();
    }

    private ActivatingWindow window(int index) {
        return new ActivatingWindow(tokens[index], activations[index], maximum(index));
    }

    private List<Integer> order() {
        List<Integer> active = new ArrayList<>();
        for (int i = 0; i < tokens.length; i++) {
            if (maximum(i) > 0) {
                active.add(i);
            }
        }
        active.sort(Comparator.comparingDouble(index -> -maximum(index)));
        return active;
    }

    private float maximum(int index) {
        float maximum = 0;
        for (float activation : activations[index]) {
            maximum = Math.max(maximum, activation);
        }
        return maximum;
    }

    /**
     * Returns a window around the maximum of each activating window, in which the maximum is at {@code length − ⌊length / 4⌋}. Tokens come
     * from the window itself and from the windows before and after it in the batch. Activating windows at either end of a batch are left
     * out, and their activations count as 0 in the windows of their neighbours.
     *
     * @param windowsPerBatch the number of consecutive windows of one batch, at least 1
     * @return the windows by falling maximum
     * @throws InvalidInputException if the number is below 1
     */
    public List<ActivatingWindow> centred(int windowsPerBatch) {
        InvalidInputException.requireAtLeast(1, "the number of windows per batch", windowsPerBatch);
        List<Integer> kept = new ArrayList<>();
        for (int index : order()) {
            int position = index % windowsPerBatch;
            // The last batch may be shorter; its last window has no successor either.
            if (position != 0 && position != windowsPerBatch - 1 && index + 1 < tokens.length) {
                kept.add(index);
            }
        }
        Set<Integer> active = new HashSet<>(kept);
        return kept.stream().map(index -> centred(index, active)).toList();
    }

    private ActivatingWindow centred(int index, Set<Integer> active) {
        int peak = 0;
        for (int i = 1; i < length; i++) {
            peak = activations[index][i] > activations[index][peak] ? i : peak;
        }
        int first = length + peak - (length - length / 4); // in the three windows laid end to end
        int[] ids = new int[length];
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            int source = index - 1 + (first + i) / length;
            int position = (first + i) % length;
            ids[i] = tokens[source][position];
            values[i] = active.contains(source) ? activations[source][position] : 0;
        }
        return new ActivatingWindow(ids, values, maximum(index));
    }
}
