package dev.assay.intervene.attribute;

import dev.assay.model.hook.HookPoint;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one site contributes to a metric.
 *
 * @param point the site
 * @param nodes the latents that are active in the text or in the patch, by position and number
 * @param errors the effect of the reconstruction error at each position
 * @param total by how much the metric falls when the whole site is replaced by its patch, as measured: what the effects would sum to
 *     if the model were linear, and do sum to with integrated gradients of many steps
 */
public record SiteAttribution(HookPoint point, List<NodeEffect> nodes, List<Double> errors, double total) {
    /** Keeps its own copies. */
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
     * Returns each latent's effects summed over the positions.
     *
     * @return the largest in size first
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
