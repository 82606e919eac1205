package dev.assay.feature.store;

import dev.assay.checkpoint.IncrementalSafetensors;
import java.io.IOException;

/**
 * Transposes the log from corpus order to rows by latent. Each chunk of the log that fits in memory is sorted by latent with a counting sort
 * and appended to the rows. The sort is stable, so rows are in corpus order for every chunk size.
 */
final class RowTransposition {
    /** Bytes per activation of a chunk: a position and a code. */
    private static final int ENTRY_BYTES = Integer.BYTES + Character.BYTES;

    private final ActivationLog log;
    private final IncrementalSafetensors rows;
    private final double[] scales; // [latents]
    private final long[] free; // [latents], the next free entry of each row
    private final int[] positions; // of a chunk
    private final char[] codes;

    RowTransposition(ActivationLog log, long[] offsets, float[] maxima, IncrementalSafetensors rows, long memory) {
        this.log = log;
        this.rows = rows;
        scales = LinearCode.scales(maxima);
        free = offsets.clone();
        long most = Math.max(log.largestBlock(), Math.min(memory / ENTRY_BYTES, Integer.MAX_VALUE / 2));
        int capacity = (int) Math.min(most, offsets[offsets.length - 1]);
        positions = new int[capacity];
        codes = new char[capacity];
    }

    void run() throws IOException {
        for (int block = 0; block < log.blocks(); ) {
            int end = block;
            long entries = 0;
            while (end < log.blocks() && entries + log.entries(end) <= positions.length) {
                entries += log.entries(end++);
            }
            transpose(block, end);
            block = end;
        }
    }

    private void transpose(int block, int end) throws IOException {
        int[] ends = new int[scales.length + 1]; // first the counts at index i + 1, then the starts at index i
        for (int i = block; i < end; i++) {
            ActivationLog.Block part = log.read(i);
            for (int entry = 0; entry < part.entries(); entry++) {
                ends[part.latents()[entry] + 1]++;
            }
        }
        for (int latent = 0; latent < scales.length; latent++) {
            ends[latent + 1] += ends[latent];
        }
        int[] next = ends.clone();
        for (int i = block; i < end; i++) {
            scatter(log.read(i), next);
        }
        for (int latent = 0; latent < scales.length; latent++) {
            int count = ends[latent + 1] - ends[latent];
            rows.write(StoreLayout.POSITIONS, free[latent], positions, ends[latent], count);
            rows.write(StoreLayout.CODES, free[latent], codes, ends[latent], count);
            free[latent] += count;
        }
    }

    private void scatter(ActivationLog.Block part, int[] next) {
        for (int i = 0; i < part.positions(); i++) {
            for (int entry = part.starts()[i]; entry < part.starts()[i + 1]; entry++) {
                int latent = part.latents()[entry];
                int index = next[latent]++;
                positions[index] = (int) (part.first() + i);
                codes[index] = LinearCode.of(part.values()[entry], scales[latent]);
            }
        }
    }
}
