package dev.assay.explain.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The mean F1 of latents weighted by their numbers of firings, per module, and its mean over modules. Modules are identified by name, so any
 * number of modules can be scored together. Not safe for several threads.
 */
public final class FiringWeightedF1 {
    private final Map<String, List<double[]>> modules = new LinkedHashMap<>();

    /**
     * Adds one latent.
     *
     * @param module the name of its hook point
     * @param f1 its F1
     * @param firings its number of firings in the corpus, at least 0
     */
    public void add(String module, double f1, double firings) {
        Arguments.requireFinite("an F1", f1);
        Arguments.requireWeight(firings);
        modules.computeIfAbsent(module, key -> new ArrayList<>()).add(new double[] {f1, firings});
    }

    /**
     * Returns the weighted mean per module.
     *
     * @return {@code Σ f1 · firings / Σ firings} by module; modules whose latents never fire are left out
     */
    public Map<String, Double> byModule() {
        Map<String, Double> means = new TreeMap<>();
        modules.forEach((module, latents) -> {
            double sum = 0;
            double firings = 0;
            for (double[] latent : latents) {
                sum += latent[0] * latent[1];
                firings += latent[1];
            }
            if (firings > 0) {
                means.put(module, sum / firings);
            }
        });
        return means;
    }

    /**
     * Returns the unweighted mean over the modules.
     *
     * @return from 0 to 1; empty if no latent fires
     */
    public OptionalDouble mean() {
        return byModule().values().stream().mapToDouble(Double::doubleValue).average();
    }
}
