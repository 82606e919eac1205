package dev.assay.feature.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Finds the coactivating latents of each latent over the whole log: computes the upper triangle of codesᵀ · codes, one group of rows at a
 * time.
 *
 * <p>The log is read once per group. The entries of each block are sorted by latent, so that the updates of one table row are consecutive:
 * for each token of its latent, a row accumulates the later latents of the same token. All sums are integers, so the result depends on
 * neither the memory budget nor the number of threads. The time is proportional to the number of tokens times the square of the active
 * latents per token.
 */
final class CoactivationPass {
    /** Cells per pair of latents: the sum of the products of their codes, then the number of tokens with both active. */
    private static final int CELLS = 2;

    /** Approximate memory per activation of a block while it is read and sorted. */
    private static final int BLOCK_ENTRY_BYTES = 28;

    private final ActivationLog log;
    private final long tokens;
    private final double[] scales;
    private final PairMoments.CodeSums[] sums;
    private final TopCoactivations byJaccard;
    private final TopCoactivations byPearson;

    CoactivationPass(ActivationLog log, long tokens, float[] maxima, PairMoments.CodeSums[] sums, int partners) {
        this.log = log;
        this.tokens = tokens;
        this.sums = sums;
        scales = LinearCode.scales(maxima);
        byJaccard = new TopCoactivations(maxima.length, partners);
        byPearson = new TopCoactivations(maxima.length, partners);
    }

    TopCoactivations byJaccard() {
        return byJaccard;
    }

    TopCoactivations byPearson() {
        return byPearson;
    }

    void run(long memory) throws IOException {
        int latents = scales.length;
        long blocks = memory / Math.max(1, (long) log.largestBlock() * BLOCK_ENTRY_BYTES); // blocks that fit in memory
        int threads = (int) Math.max(1, Math.min(blocks, Runtime.getRuntime().availableProcessors()));
        long cells = (long) latents * (latents - 1) / 2 * CELLS;
        // A table is one array with fewer than 2^31 entries. There is at least one group per thread.
        long most = Math.min(Math.max(1, memory / threads / Long.BYTES), Integer.MAX_VALUE / 2);
        int groups = (int) Math.min(latents, Math.max(threads, (cells + most - 1) / most));
        try {
            IntStream.range(0, threads).parallel().forEach(thread -> {
                for (int group = thread; group < groups; group += threads) {
                    try {
                        new Group(group, groups).run();
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private synchronized void offer(PairMoments pair, int latent, int other) {
        int together = (int) pair.together();
        double jaccard = pair.jaccard();
        double pearson = pair.pearson();
        byJaccard.offer(latent, other, jaccard, together, pearson);
        byJaccard.offer(other, latent, jaccard, together, pearson);
        byPearson.offer(latent, other, pearson, together, pearson);
        byPearson.offer(other, latent, pearson, together, pearson);
    }

    /**
     * The rows {@code first}, {@code first + step}, … of the table. A row holds the pairs with later latents, so rows get shorter;
     * interleaving them makes groups of similar size.
     */
    private final class Group {
        private final int first;
        private final int step;
        private final int rows;
        private final int[] rowOf; // [latents], NONE for rows of other groups
        private final int[] origins; // [rows], the cell index that a pair with latent 0 would have
        private final long[] table;

        Group(int first, int step) {
            this.first = first;
            this.step = step;
            int latents = scales.length;
            rows = (latents - first + step - 1) / step;
            rowOf = new int[latents];
            origins = new int[rows];
            Arrays.fill(rowOf, TopCoactivations.NONE);
            int size = 0;
            for (int row = 0; row < rows; row++) {
                int latent = latent(row);
                rowOf[latent] = row;
                origins[row] = size - CELLS * (latent + 1);
                size = Math.addExact(size, CELLS * (latents - latent - 1));
            }
            table = new long[size];
        }

        private int latent(int row) {
            return first + row * step;
        }

        void run() throws IOException {
            for (int block = 0; block < log.blocks(); block++) {
                add(log.read(block));
            }
            for (int row = 0; row < rows; row++) {
                int latent = latent(row);
                for (int other = latent + 1; other < scales.length; other++) {
                    int cell = origins[row] + CELLS * other;
                    if (table[cell + 1] > 0) {
                        offer(
                                new PairMoments(tokens, sums[latent], sums[other], table[cell + 1], table[cell]),
                                latent,
                                other);
                    }
                }
            }
        }

        private void add(ActivationLog.Block block) {
            int[] latents = block.latents();
            char[] codes = new char[block.entries()];
            int[] next = new int[rows + 1]; // the start of each row in the two arrays below
            for (int entry = 0; entry < codes.length; entry++) {
                codes[entry] = LinearCode.of(block.values()[entry], scales[latents[entry]]);
                int row = rowOf[latents[entry]];
                if (row >= 0) {
                    next[row + 1]++;
                }
            }
            for (int row = 0; row < rows; row++) {
                next[row + 1] += next[row];
            }
            int[] entries = new int[next[rows]];
            int[] ends = new int[entries.length]; // the end of the codes of the token of each entry
            for (int position = 0; position < block.positions(); position++) {
                int end = block.starts()[position + 1];
                for (int entry = block.starts()[position]; entry < end; entry++) {
                    int row = rowOf[latents[entry]];
                    if (row >= 0) {
                        ends[next[row]] = end;
                        entries[next[row]++] = entry;
                    }
                }
            }
            // next[row] is now the end of the entries of the row.
            int place = 0;
            for (int row = 0; row < rows; row++) {
                for (; place < next[row]; place++) {
                    addLater(origins[row], entries[place], ends[place], latents, codes);
                }
            }
        }

        private void addLater(int origin, int entry, int end, int[] latents, char[] codes) {
            long code = codes[entry];
            for (int later = entry + 1; later < end; later++) {
                int cell = origin + CELLS * latents[later];
                table[cell] += code * codes[later];
                table[cell + 1]++;
            }
        }
    }
}
