package dev.assay.experiment.concepts;

import dev.assay.evaluate.concept.ConceptAblationScores;
import dev.assay.evaluate.concept.ConceptQuality;
import java.util.List;
import java.util.Map;

/**
 * The measurements of one model and one seed.
 *
 * @param dictionaries dictionaries and baselines by key
 * @param sites the controls of each site by its name
 */
record ConceptMeasurement(Map<String, Measured> dictionaries, Map<String, SiteControls> sites) {
    /**
     * A dictionary or baseline.
     *
     * @param latents the number of latents
     * @param best the F1 of the best latent, per concept
     * @param quality sparse probes and absorption
     * @param ablation TPP and SCR
     * @param randomAblation the same of a random dictionary with as many latents, as many of them active
     */
    record Measured(
            int latents,
            List<Double> best,
            ConceptQuality quality,
            ConceptAblationScores ablation,
            ConceptAblationScores randomAblation) {}

    /**
     * Detectors that use no dictionary, F1 per concept.
     *
     * @param lookup the look-up of the token
     * @param alwaysYes the prediction of the concept for every token
     * @param linear a linear probe of the activation
     */
    record SiteControls(List<Double> lookup, List<Double> alwaysYes, List<Double> linear) {}
}
