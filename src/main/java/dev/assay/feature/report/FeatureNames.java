package dev.assay.feature.report;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Peak tokens and labels of features. Immutable. */
public final class FeatureNames {
    private final IntFunction<List<String>> peakTokens;
    private final Map<Integer, List<String>> labels;

    private FeatureNames(IntFunction<List<String>> peakTokens, Map<Integer, List<String>> labels) {
        this.peakTokens = peakTokens;
        this.labels = labels;
    }

    /** Creates names without labels. */
    public static FeatureNames of(IntFunction<List<String>> peakTokens) {
        return new FeatureNames(peakTokens, Map.of());
    }

    /** Returns names with additional labels, whose latents must be below {@code latents}. */
    public FeatureNames with(Map<Integer, List<String>> more, int latents) {
        Map<Integer, List<String>> all = new HashMap<>(labels);
        more.forEach((latent, names) -> {
            if (latent < 0 || latent >= latents) {
                throw new InvalidInputException(
                        "the label " + names + " is for latent " + latent + ", expected latents 0 to " + (latents - 1));
            }
            all.merge(latent, List.copyOf(names), FeatureNames::joined);
        });
        return new FeatureNames(peakTokens, Map.copyOf(all));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> both = new ArrayList<>(first);
        second.stream().filter(name -> !first.contains(name)).forEach(both::add);
        return List.copyOf(both);
    }

    /** {@return the tokens on which a latent is most active} */
    public List<String> peakTokens(int latent) {
        return peakTokens.apply(latent);
    }

    /** {@return the labels of a latent} */
    public List<String> labels(int latent) {
        return labels.getOrDefault(latent, List.of());
    }
}
