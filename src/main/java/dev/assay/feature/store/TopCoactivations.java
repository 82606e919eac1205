package dev.assay.feature.store;

import dev.assay.checkpoint.IncrementalSafetensors;
import java.io.IOException;
import java.util.Arrays;

/**
 * Collects the highest-scoring latents per latent, by descending score, ties by index. The result does not depend on the order in which
 * pairs are offered.
 */
final class TopCoactivations {
    /** Padding after the last coactivating latent. */
    static final int NONE = -1;

    private final int width;
    private final int[] latents; // [latents, width]
    private final int[] together; // [latents, width]
    private final double[] pearson; // [latents, width]
    private final double[] scores; // [latents, width]

    TopCoactivations(int latents, int width) {
        this.width = width;
        this.latents = new int[Math.multiplyExact(latents, width)];
        together = new int[this.latents.length];
        pearson = new double[this.latents.length];
        scores = new double[this.latents.length];
        Arrays.fill(this.latents, NONE);
        Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    }

    /** Inserts {@code other} into the list of {@code latent} if its score is high enough. */
    void offer(int latent, int other, double score, int both, double correlation) {
        int first = latent * width;
        int slot = first + width - 1;
        if (!precedes(score, other, slot)) {
            return;
        }
        for (; slot > first && precedes(score, other, slot - 1); slot--) {
            latents[slot] = latents[slot - 1];
            together[slot] = together[slot - 1];
            pearson[slot] = pearson[slot - 1];
            scores[slot] = scores[slot - 1];
        }
        latents[slot] = other;
        together[slot] = both;
        pearson[slot] = correlation;
        scores[slot] = score;
    }

    private boolean precedes(double score, int other, int slot) {
        return score > scores[slot] || score == scores[slot] && other < latents[slot];
    }

    void write(IncrementalSafetensors file, String measure) throws IOException {
        file.write(StoreLayout.latentsOf(measure), latents);
        file.write(StoreLayout.togetherOf(measure), together);
        file.write(StoreLayout.pearsonOf(measure), pearson);
    }
}
