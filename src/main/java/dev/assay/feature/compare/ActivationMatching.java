package dev.assay.feature.compare;

import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.RowMoments;
import java.util.stream.IntStream;

/**
 * Finds the most similar latents of two dictionaries by their activations on the same tokens: the product of every row of one store with
 * every row of the other. Needs 8 bytes of heap per activation of b and time proportional to the pairs of latents of a and b that are
 * active on the same token.
 *
 * <p>Latents of a are processed in groups and tokens in blocks, so that the activations of b and the sums fit into the processor cache.
 * Each sum is accumulated in the order of the tokens, independent of groups and blocks.
 */
final class ActivationMatching {
    /** The tokens of a block: their activations of b take about a megabyte at 32 active latents a token. */
    private static final int BLOCK = 1 << 12;

    /** The sums of a group: 4 MiB. */
    private static final int SUMS = 1 << 19;

    private final FeatureStore a;
    private final ActivationsByToken b;
    private final boolean counted;

    /**
     * Reads the second store.
     *
     * @param measure Pearson's correlation, or the Jaccard index
     */
    ActivationMatching(FeatureStore a, FeatureStore b, Neighbour.Measure measure) {
        this.a = a;
        this.counted = measure == Neighbour.Measure.JACCARD;
        this.b = ActivationsByToken.of(b, counted);
    }

    /**
     * Matches every latent.
     *
     * @param shift the cyclic shift of the activations of b in tokens: 0, or another number for a null
     */
    BestMatches best(long shift) {
        BestMatches best = new BestMatches(a.latents(), b.latents());
        int rows = Math.max(1, SUMS / b.latents());
        int groups = (a.latents() + rows - 1) / rows;
        IntStream.range(0, groups)
                .parallel()
                .forEach(group ->
                        new Group(group * rows, Math.min(a.latents(), (group + 1) * rows)).match(shift, best));
        return best;
    }

    /** Consecutive latents of a. */
    private final class Group {
        private final int first;
        private final FeatureActivations[] rows;
        private final int[] next; // [rows], the first unread activation
        private final double[][] products; // [rows, latents of b]

        Group(int first, int end) {
            this.first = first;
            rows = new FeatureActivations[end - first];
            next = new int[rows.length];
            products = new double[rows.length][b.latents()];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = a.activations(first + row);
            }
        }

        void match(long shift, BestMatches best) {
            for (long token = 0; token < b.tokens(); token += BLOCK) {
                for (int row = 0; row < rows.length; row++) {
                    next[row] = add(rows[row], next[row], token + BLOCK, shift, products[row]);
                }
            }
            for (int row = 0; row < rows.length; row++) {
                offer(row, best);
            }
        }

        /** Adds the activations of a row before a token and returns the index of the next one. */
        private int add(FeatureActivations row, int from, long end, long shift, double[] sums) {
            int i = from;
            for (; i < row.size() && row.position(i) < end; i++) {
                b.addTo(Math.floorMod(row.position(i) - shift, b.tokens()), weight(row, i), sums);
            }
            return i;
        }

        private void offer(int row, BestMatches best) {
            RowMoments own = new RowMoments();
            for (int i = 0; i < rows[row].size(); i++) {
                own.add(weight(rows[row], i));
            }
            double[] similarity = products[row]; // overwrites the products
            for (int other = 0; other < similarity.length; other++) {
                similarity[other] =
                        similarity[other] > 0 ? similarity(own, b.moments(other), similarity[other]) : Double.NaN;
            }
            synchronized (best) {
                for (int other = 0; other < similarity.length; other++) {
                    if (!Double.isNaN(similarity[other])) {
                        best.offer(first + row, other, similarity[other]);
                    }
                }
            }
        }
    }

    private float weight(FeatureActivations row, int i) {
        return counted ? 1 : row.value(i);
    }

    private double similarity(RowMoments own, RowMoments other, double product) {
        return counted ? own.jaccard(other, product) : own.pearson(other, product, a.tokens());
    }
}
