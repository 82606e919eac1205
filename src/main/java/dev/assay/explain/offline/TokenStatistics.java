package dev.assay.explain.offline;

import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.TextWindow;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Activations by token on all training documents. */
final class TokenStatistics {
    /** The largest number of tokens of a table: those with the most activation. */
    private static final int LARGEST_TABLE = 2_000;

    private long[] counts = new long[0];
    private double[] sums = new double[0];
    private final Map<Integer, String> texts = new HashMap<>();
    private double total;

    TokenStatistics(FeatureExamples examples) {
        for (TextWindow window : examples.whole(Part.TRAIN)) {
            for (int i = 0; i < window.length(); i++) {
                add(window, i);
            }
        }
    }

    private void add(TextWindow window, int index) {
        int id = window.id(index);
        if (id >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(id + 1, 2 * counts.length));
            sums = Arrays.copyOf(sums, counts.length);
        }
        counts[id]++;
        float activation = window.activation(index);
        if (activation > 0) {
            sums[id] += activation;
            total += activation;
            texts.putIfAbsent(id, window.tokens().get(index));
        }
    }

    /** Returns the mean activation of a token over all its occurrences. */
    double mean(int id) {
        return sums[id] / counts[id];
    }

    /** Returns the tokens with activation, the one with the largest sum first, ties by id. */
    List<Integer> strongest() {
        return texts.keySet().stream()
                .sorted(Comparator.<Integer>comparingDouble(id -> -sums[id]).thenComparing(id -> id))
                .limit(LARGEST_TABLE)
                .toList();
    }

    /** Returns the mean activations by token id. */
    Map<Integer, Double> means() {
        Map<Integer, Double> means = new TreeMap<>();
        strongest().forEach(id -> means.put(id, mean(id)));
        return means;
    }

    /** Returns the text of a token with activation at its first active occurrence. */
    String text(int id) {
        return texts.get(id);
    }

    /** Returns the share of all activation that is on a token. */
    double share(int id) {
        return total == 0 ? 0 : sums[id] / total;
    }
}
