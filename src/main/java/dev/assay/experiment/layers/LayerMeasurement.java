package dev.assay.experiment.layers;

import dev.assay.evaluate.standard.CodeStatistics;
import dev.assay.evaluate.standard.Moments;

/**
 * The measurements of one dictionary on held-out text.
 *
 * @param member the dictionary
 * @param l0 active latents per token
 * @param fvu {@code Σ‖x − x̂‖² / Σ‖x − x̄‖²}, with the mean of the held-out text
 * @param inModel the losses of the model and the random dictionary; NaN for dictionaries of the random-weight model
 * @param everActive the number of latents with more than ten firings
 * @param effectiveDimensions the sum of the capacities
 * @param neurons the mean number of neurons per latent
 * @param moments medians over active latents
 * @param auroc the held-out AUROC of a regression on the codes; NaN without a concept
 * @param activationAuroc the same for a regression on the activations
 */
record LayerMeasurement(
        LayerMember member,
        double l0,
        double fvu,
        InModel inModel,
        CodeStatistics.Interval everActive,
        double effectiveDimensions,
        double neurons,
        Moments moments,
        double auroc,
        double activationAuroc) {
    /**
     * Perplexities and loss recovered of a dictionary, next to those of a random one.
     *
     * @param clean the perplexity of the model
     * @param replaced with the reconstruction
     * @param random with the reconstruction of the random dictionary
     * @param meanAblated with the mean activation
     * @param zeroAblated with zeros
     * @param recovered the loss recovered, from mean ablation
     * @param randomRecovered the same for the random dictionary
     * @param randomFvu the FVU of the random dictionary, with as many latents and as many of them active
     */
    record InModel(
            double clean,
            double replaced,
            double random,
            double meanAblated,
            double zeroAblated,
            double recovered,
            double randomRecovered,
            double randomFvu) {
        static final InModel NONE = new InModel(
                Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
}
