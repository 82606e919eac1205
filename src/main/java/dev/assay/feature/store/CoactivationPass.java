package dev.assay.feature.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Finds the latents that fire with each latent, over all of the log: the upper triangle of codesᵀ · codes, a group of its rows at a time.
 *
 * <p>For a group, each block of the log is put in order by latent; then each latent of the group goes through its tokens in the
 * block and adds the later latents there to its own row of the table. So all that is touched in a row lies together, and the log
 * is read once a group. All sums are integers, so that the outcome depends on neither memory nor threads. The time goes with the
 * tokens times the square of their active latents.
 */
final class CoactivationPass {
    /** What a pair of latents has in the table: the sum of the products of their codes, then the number of tokens. */
    private static final int CELLS = 2;

    /** About what an activation of a block takes while it is read and put in order. */
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
        long blocks = memory / Math.max(1, (long) log.largestBlock() * BLOCK_ENTRY_BYTES); // that fit at a time
        int threads = (int) Math.max(1, Math.min(blocks, Runtime.getRuntime().availableProcessors()));
        long cells = (long) latents * (latents - 1) / 2 * CELLS;
        // A table is an array, which has less than 2^31 entries; and every thread should have something to do.
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
     * Every so manieth row of the table. A row holds the pairs with later latents, so rows get shorter; taken in turn, they make
     * groups of about equal size.
     */
    private final class Group {
        private final int first;
        private final int step;
        private final int rows;
        private final int[] rowOf; // [latents], NONE for those of other groups
        private final int[] origins; // [rows], where the pair of the latent with latent 0 would be
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
            int[] next = new int[rows + 1]; // where the entries of each row begin in the two arrays below
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
            int[] ends = new int[entries.length]; // where the codes of the entry's token end
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
            // Each row's entries now end where they were to begin with the next one's.
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
