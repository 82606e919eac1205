package dev.assay.evaluate.benchmark;

import dev.assay.evaluate.probe.LinearProbe;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The predicted effect of setting each latent to 0 on a probe, from which the latents to ablate are selected. */
public final class LatentEffects {
    private LatentEffects() {}

    /**
     * Computes the effects of targeted probe perturbation: {@code max(0, mean difference of codes) · (w · d)}, positive for latents whose
     * ablation lowers the scores of positives.
     *
     * @param codes mean codes of the texts, [n, F]
     * @param probe the probe of the activations
     * @param dictionary the dictionary
     * @return [F]
     */
    public static double[] targeted(ProbeRows codes, LinearProbe probe, Float64Dictionary dictionary) {
        double[] difference = codes.meanDifference();
        return IntStream.range(0, difference.length)
                .mapToDouble(latent -> Math.max(0, difference[latent]) * projection(probe, dictionary, latent))
                .toArray();
    }

    /**
     * Computes the effects of spurious correlation removal: {@code |mean difference of codes · (w · d)|}.
     *
     * @param codes mean codes of the texts, [n, F]
     * @param probe the probe of the activations
     * @param dictionary the dictionary
     * @return [F]
     */
    public static double[] absolute(ProbeRows codes, LinearProbe probe, Float64Dictionary dictionary) {
        double[] difference = codes.meanDifference();
        return IntStream.range(0, difference.length)
                .mapToDouble(latent -> Math.abs(difference[latent] * projection(probe, dictionary, latent)))
                .toArray();
    }

    private static double projection(LinearProbe probe, Float64Dictionary dictionary, int latent) {
        return Rows.dot(probe.weights(), dictionary.direction(latent));
    }

    /**
     * Selects the latents with the largest positive effects. SAEBench also selects latents without effect if fewer than n effects are
     * positive, in an arbitrary order.
     *
     * @param effects one effect per latent
     * @param n the largest number of latents
     * @return latents in ascending order
     */
    public static int[] largest(double[] effects, int n) {
        return IntStream.range(0, effects.length)
                .filter(latent -> effects[latent] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer latent) -> -effects[latent]))
                .limit(n)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }
}
