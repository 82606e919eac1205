package dev.assay.intervene.attribute;

import dev.assay.model.hook.HookPoint;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The effects of the features and the reconstruction error of one site on a metric.
 *
 * @param point the site
 * @param nodes the effects of latents that are active in the text or in the patch, sorted by position and latent
 * @param errors the effect of the reconstruction error at each position
 * @param total the measured decrease of the metric when the whole site is replaced by its patch. The effects sum to it if the model is
 *     linear, and approximately with integrated gradients of many steps.
 */
public record SiteAttribution(HookPoint point, List<NodeEffect> nodes, List<Double> errors, double total) {
    /** Copies the lists. */
    public SiteAttribution {
        nodes = List.copyOf(nodes);
        errors = List.copyOf(errors);
    }

    /**
     * Returns the sum of the latents' effects.
     *
     * @return in units of the metric
     */
    public double featureSum() {
        return nodes.stream().mapToDouble(NodeEffect::effect).sum();
    }

    /**
     * Returns the sum of the error's effects.
     *
     * @return in units of the metric
     */
    public double errorSum() {
        return errors.stream().mapToDouble(Double::doubleValue).sum();
    }

    /**
     * Returns the sum of all effects.
     *
     * @return in units of the metric
     */
    public double sum() {
        return featureSum() + errorSum();
    }

    /**
     * Returns the effect of each latent, summed over the positions.
     *
     * @return in descending order of magnitude
     */
    public List<FeatureEffect> features() {
        Map<Integer, Double> sums = nodes.stream()
                .collect(Collectors.groupingBy(NodeEffect::latent, Collectors.summingDouble(NodeEffect::effect)));
        return sums.entrySet().stream()
                .map(entry -> new FeatureEffect(point, entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingDouble((FeatureEffect feature) -> -Math.abs(feature.effect()))
                        .thenComparingInt(FeatureEffect::latent))
                .toList();
    }
}
