package dev.assay.evaluate.concept;

import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.ProbeData;

/**
 * A linear probe of a concept that reads a few latents, with the threshold of the highest F1 on training tokens.
 *
 * @param latents the latents in the order of their selection
 * @param probe one weight per latent
 * @param threshold the threshold of the scores and its F1 on training tokens
 */
public record SparseConceptProbe(int[] latents, LinearProbe probe, F1Threshold threshold) {
    /**
     * Measures the F1 on other tokens.
     *
     * @param codes the tokens
     * @param concept index of the concept
     * @return the F1
     */
    public double f1(LabelledCodes codes, int concept) {
        boolean[] labels = codes.has(concept);
        return threshold.evaluate(probe.scores(ProbeData.of(codes.columns(latents), latents.length, labels)), labels);
    }

    /** Returns whether each token is predicted to have the concept. */
    boolean[] predictions(LabelledCodes codes) {
        double[] scores =
                probe.scores(ProbeData.of(codes.columns(latents), latents.length, new boolean[codes.tokens()]));
        boolean[] predictions = new boolean[scores.length];
        for (int token = 0; token < scores.length; token++) {
            predictions[token] = scores[token] >= threshold.threshold();
        }
        return predictions;
    }
}
