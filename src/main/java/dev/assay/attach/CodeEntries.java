package dev.assay.attach;

import dev.assay.sae.SparseCodes;

/** Sparse codes copied to the Java heap. The entries of row r are those from {@code starts[r]} to {@code starts[r + 1]}. */
public final class CodeEntries {
    private final long[] starts;
    private final long[] latents;
    private final float[] values;

    /**
     * Copies codes to the heap.
     *
     * @param codes of n rows
     */
    public CodeEntries(SparseCodes codes) {
        starts = codes.offsets().toLongArray();
        latents = codes.indices().toLongArray();
        values = codes.values().toFloatArray();
    }

    /** A consumer of active latents. */
    @FunctionalInterface
    public interface Consumer {
        /**
         * Accepts one active latent.
         *
         * @param latent its number
         * @param code its code, not 0
         */
        void accept(int latent, double code);
    }

    /**
     * Calls a consumer with the active latents of a row.
     *
     * @param row from 0
     * @param consumer is called once per active latent
     */
    public void row(int row, Consumer consumer) {
        int end = row + 1 < starts.length ? (int) starts[row + 1] : latents.length;
        for (int i = (int) starts[row]; i < end; i++) {
            if (values[i] != 0) {
                consumer.accept((int) latents[i], values[i]);
            }
        }
    }
}
