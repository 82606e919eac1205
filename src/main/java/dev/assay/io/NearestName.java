package dev.assay.io;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the known name that a misspelled name most likely stands for. */
public final class NearestName {
    private NearestName() {}

    /**
     * Returns the known name with the smallest distance: the number of characters to insert, delete, replace or exchange with their
     * neighbour (optimal string alignment).
     *
     * @param written the misspelled name
     * @param known the names to choose from
     * @return empty if even the nearest name differs in more than a third of the characters
     */
    public static Optional<String> of(String written, Collection<String> known) {
        return of(written, known, 1).stream().findFirst();
    }

    /**
     * Returns the known names with the smallest distances.
     *
     * @param written the misspelled name
     * @param known the names to choose from
     * @param most the largest number of names
     * @return the nearest first; without names that differ in more than a third of the characters
     */
    public static List<String> of(String written, Collection<String> known, int most) {
        int farthest = Math.max(1, written.length() / 3);
        Map<String, Integer> distances = new TreeMap<>();
        known.forEach(name -> distances.put(name, distance(name, written)));
        return distances.entrySet().stream()
                .filter(name -> name.getValue() <= farthest)
                .sorted(Map.Entry.comparingByValue())
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static int distance(String first, String second) {
        int[] beforeLast = new int[second.length() + 1];
        int[] last = new int[second.length() + 1];
        Arrays.setAll(last, column -> column);
        for (int i = 1; i <= first.length(); i++) {
            int[] row = new int[second.length() + 1];
            row[0] = i;
            for (int j = 1; j <= second.length(); j++) {
                boolean same = first.charAt(i - 1) == second.charAt(j - 1);
                row[j] = Math.min(last[j - 1] + (same ? 0 : 1), 1 + Math.min(last[j], row[j - 1]));
                if (i > 1
                        && j > 1
                        && first.charAt(i - 1) == second.charAt(j - 2)
                        && first.charAt(i - 2) == second.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[second.length()];
    }
}
