package dev.assay.explain;

import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The activations of one latent by position. */
final class LatentRow {
    private final int[] positions; // ascending
    private final float[] values;

    LatentRow(FeatureStore store, int latent) {
        FeatureActivations row = store.activations(latent);
        positions = new int[row.size()];
        values = new float[row.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (int) row.position(i);
            values[i] = row.value(i);
        }
    }

    boolean isEmpty() {
        return positions.length == 0;
    }

    /** Returns the activations from one position to another, exclusive, with zeros. */
    float[] activations(int start, int end) {
        float[] dense = new float[end - start];
        int found = Arrays.binarySearch(positions, start);
        for (int i = found >= 0 ? found : -found - 1; i < positions.length && positions[i] < end; i++) {
            dense[positions[i] - start] = values[i];
        }
        return dense;
    }

    /** Returns the largest activation of each window, 0 for silent ones. */
    float[] maxima(WindowGrid grid) {
        float[] maxima = new float[grid.windows()];
        for (int i = 0; i < positions.length; i++) {
            int window = grid.window(positions[i]);
            if (window >= 0) {
                maxima[window] = Math.max(maxima[window], values[i]);
            }
        }
        return maxima;
    }

    /** Adds the windows with an activation. */
    void addActiveWindows(WindowGrid grid, BitSet windows) {
        for (int position : positions) {
            int window = grid.window(position);
            if (window >= 0) {
                windows.set(window);
            }
        }
    }

    /** Returns the token with the largest sum of activations in training documents, the smallest of equal ones; −1 without activations. */
    int mainToken(WindowGrid grid, boolean[] training) {
        Map<Integer, Double> sums = new HashMap<>();
        for (int i = 0; i < positions.length; i++) {
            int window = grid.window(positions[i]);
            if (window >= 0 && training[window]) {
                sums.merge(grid.id(positions[i]), (double) values[i], Double::sum);
            }
        }
        int main = -1;
        double most = 0;
        for (Map.Entry<Integer, Double> sum : sums.entrySet()) {
            boolean larger = sum.getValue() > most || sum.getValue() == most && sum.getKey() < main;
            main = larger ? sum.getKey() : main;
            most = Math.max(most, sum.getValue());
        }
        return main;
    }
}
