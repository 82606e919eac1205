package dev.assay.feature.report;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Peak tokens, labels and explanations of features. Immutable. */
public final class FeatureNames {
    private final IntFunction<List<String>> peakTokens;
    private final Map<Integer, List<String>> labels;
    private final Map<Integer, List<FeatureExplanation>> explanations;

    private FeatureNames(
            IntFunction<List<String>> peakTokens,
            Map<Integer, List<String>> labels,
            Map<Integer, List<FeatureExplanation>> explanations) {
        this.peakTokens = peakTokens;
        this.labels = labels;
        this.explanations = explanations;
    }

    /** Creates names without labels. */
    public static FeatureNames of(IntFunction<List<String>> peakTokens) {
        return new FeatureNames(peakTokens, Map.of(), Map.of());
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
        return new FeatureNames(peakTokens, Map.copyOf(all), explanations);
    }

    /** Returns names with additional explanations, whose latents must be below {@code latents}. */
    public FeatureNames explained(Map<Integer, List<FeatureExplanation>> more, int latents) {
        Map<Integer, List<FeatureExplanation>> all = new HashMap<>(explanations);
        more.forEach((latent, added) -> {
            if (latent < 0 || latent >= latents) {
                throw new InvalidInputException(
                        "an explanation is for latent " + latent + ", expected latents 0 to " + (latents - 1));
            }
            all.merge(latent, List.copyOf(added), FeatureNames::joined);
        });
        return new FeatureNames(peakTokens, labels, Map.copyOf(all));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> both = new ArrayList<>(first);
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

    /** {@return the explanations of a latent} */
    public List<FeatureExplanation> explanations(int latent) {
        return explanations.getOrDefault(latent, List.of());
    }
}
