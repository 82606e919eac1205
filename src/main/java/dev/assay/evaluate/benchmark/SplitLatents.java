package dev.assay.evaluate.benchmark;

import java.util.Arrays;

/** Feature splitting: the number of latents that represent one concept. */
public final class SplitLatents {
    private SplitLatents() {}

    /**
     * Returns the latents of the largest k-sparse probe whose F1 exceeds that of the best smaller one by the threshold.
     *
     * @param latents the latents of the probes by ascending number of latents
     * @param f1 the F1 of each probe
     * @param jump the smallest increase of F1
     * @return the latents of the first probe, or of a larger one
     */
    public static int[] of(int[][] latents, double[] f1, double jump) {
        int chosen = 0;
        for (int probe = 1; probe < latents.length; probe++) {
            double best = Arrays.stream(f1, 0, probe).max().orElseThrow();
            if (f1[probe] <= best + jump) {
                break;
            }
            chosen = probe;
        }
        return latents[chosen];
    }
}
