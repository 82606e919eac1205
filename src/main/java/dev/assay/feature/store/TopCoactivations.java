package dev.assay.feature.store;

import dev.assay.checkpoint.IncrementalSafetensors;
import java.io.IOException;
import java.util.Arrays;

/**
 * The latents that score highest with each latent, the highest first, equal ones by number. The outcome does not depend on the order
 * in which pairs are offered.
 */
final class TopCoactivations {
    /** Stands behind the last partner of a latent that has few. */
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

    /** Takes a pair into account, once for each of its latents. */
    void offer(int latent, int other, double score, int both, double correlation) {
        int first = latent * width;
        int place = first + width - 1;
        if (!precedes(score, other, place)) {
            return;
        }
        for (; place > first && precedes(score, other, place - 1); place--) {
            latents[place] = latents[place - 1];
            together[place] = together[place - 1];
            pearson[place] = pearson[place - 1];
            scores[place] = scores[place - 1];
        }
        latents[place] = other;
        together[place] = both;
        pearson[place] = correlation;
        scores[place] = score;
    }

    private boolean precedes(double score, int other, int place) {
        return score > scores[place] || score == scores[place] && other < latents[place];
    }

    void write(IncrementalSafetensors file, String measure) throws IOException {
        file.write(StoreLayout.latentsOf(measure), latents);
        file.write(StoreLayout.togetherOf(measure), together);
        file.write(StoreLayout.pearsonOf(measure), pearson);
    }
}
