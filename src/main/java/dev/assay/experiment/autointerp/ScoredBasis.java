package dev.assay.experiment.autointerp;

import dev.assay.explain.ScoreMetric;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The scores of the features of one basis with one seed.
 *
 * @param latents the number of latents of the basis
 * @param dead the number of drawn latents that are never active
 * @param tooRare the number of drawn latents that are active on too few documents
 * @param failed the number of features without an explanation
 * @param features the scored features
 */
record ScoredBasis(int latents, int dead, int tooRare, int failed, List<Feature> features) {
    /** The row of the explanations that are compared. */
    static final String EXPLAINED = "explained";

    /**
     * One feature.
     *
     * @param latent the index of the latent
     * @param moments of its activations
     * @param scores values by metric, for each row: {@value #EXPLAINED} and the controls
     */
    record Feature(int latent, ActivationMoments moments, Map<String, Map<String, Double>> scores) {
        /** Returns a score; NaN if it is undefined. */
        double score(String row, ScoreMetric metric) {
            return scores.getOrDefault(row, Map.of()).getOrDefault(metric.id(), Double.NaN);
        }
    }

    /** Returns the scores of the features of some seeds with a value, by seed and latent. */
    static Map<String, Double> values(List<ScoredBasis> seeds, String row, ScoreMetric metric) {
        Map<String, Double> values = new TreeMap<>();
        for (int seed = 0; seed < seeds.size(); seed++) {
            for (Feature feature : seeds.get(seed).features()) {
                double score = feature.score(row, metric);
                if (Double.isFinite(score)) {
                    values.put(seed + ":" + feature.latent(), score);
                }
            }
        }
        return values;
    }
}
