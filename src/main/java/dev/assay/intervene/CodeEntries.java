package dev.assay.intervene;

import dev.assay.sae.SparseCodes;

/** Sparse codes in Java's memory: the entries of row r stand from {@code starts[r]} to {@code starts[r + 1]}. */
public final class CodeEntries {
    private final long[] starts;
    private final long[] latents;
    private final float[] values;

    /** Copies codes to the heap. */
    public CodeEntries(SparseCodes codes) {
        starts = codes.offsets().toLongArray();
        latents = codes.indices().toLongArray();
        values = codes.values().toFloatArray();
    }

    /** A consumer of active latents. */
    @FunctionalInterface
    public interface Taker {
        /** Receives one active latent and its code. */
        void take(int latent, double code);
    }

    /** Shows the active latents of a row. */
    public void row(int row, Taker taker) {
        int end = row + 1 < starts.length ? (int) starts[row + 1] : latents.length;
        for (int i = (int) starts[row]; i < end; i++) {
            if (values[i] != 0) {
                taker.take((int) latents[i], values[i]);
            }
        }
    }
}
