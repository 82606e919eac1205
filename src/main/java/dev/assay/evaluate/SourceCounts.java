package dev.assay.evaluate;

import dev.assay.sae.SparseCodes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Accumulates active latents per file of the text. */
final class SourceCounts {
    private final Map<String, SourceSums> counts = new TreeMap<>();

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
            int end = row + 1 < offsets.length ? (int) offsets[row + 1] : values.length;
            long active = 0;
            for (int entry = (int) offsets[row]; entry < end; entry++) {
                active += values[entry] > 0 ? 1 : 0;
            }
            counts.merge(files.get(row), new SourceSums(1, active), SourceSums::plus);
        }
    }

    /** Adds the sums per file over other tokens. */
    void add(Map<String, SourceSums> next) {
        next.forEach((file, sums) -> counts.merge(file, sums, SourceSums::plus));
    }

    /** Returns the sums per file. */
    Map<String, SourceSums> sums() {
        return new TreeMap<>(counts);
    }

    /** Returns the files in alphabetical order; empty if there are fewer than two. */
    List<SourceL0> perFile() {
        return counts.size() < 2
                ? List.of()
                : counts.entrySet().stream()
                        .map(entry -> new SourceL0(
                                entry.getKey(),
                                entry.getValue().tokens(),
                                (double) entry.getValue().active()
                                        / entry.getValue().tokens()))
                        .toList();
    }
}
