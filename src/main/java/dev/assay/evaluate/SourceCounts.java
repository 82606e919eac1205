package dev.assay.evaluate;

import dev.assay.sae.SparseCodes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Accumulates active latents per file of the text. */
final class SourceCounts {
    private final Map<String, long[]> counts = new TreeMap<>(); // tokens, active latents

    /**
     * Adds the codes of a batch.
     *
     * @param files the file of each row
     */
    void add(List<String> files, SparseCodes codes) {
        if (files.isEmpty()) {
            return;
        }
        long[] offsets = codes.offsets().toLongArray();
        float[] values = codes.values().toFloatArray();
        for (int row = 0; row < files.size(); row++) {
            long[] count = counts.computeIfAbsent(files.get(row), file -> new long[2]);
            count[0]++;
            int end = row + 1 < offsets.length ? (int) offsets[row + 1] : values.length;
            for (int entry = (int) offsets[row]; entry < end; entry++) {
                count[1] += values[entry] > 0 ? 1 : 0;
            }
        }
    }

    /** Returns the files in alphabetical order; empty if there are fewer than two. */
    List<SourceL0> perFile() {
        return counts.size() < 2
                ? List.of()
                : counts.entrySet().stream()
                        .map(entry -> new SourceL0(
                                entry.getKey(),
                                entry.getValue()[0],
                                (double) entry.getValue()[1] / entry.getValue()[0]))
                        .toList();
    }
}
