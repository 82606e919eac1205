package dev.assay.evaluate.standard;

import dev.assay.evaluate.EvaluationReport;

/**
 * Perplexities of a model, {@code exp(total nats / total tokens)}. The mean of the perplexities of batches would depend on their size.
 *
 * @param clean of the unmodified model
 * @param replaced with the reconstruction in place of the activation
 * @param meanAblated with the mean activation
 * @param zeroAblated with zeros
 */
public record ReplacementPerplexity(double clean, double replaced, double meanAblated, double zeroAblated) {
    /**
     * Computes perplexities from an evaluation, whose losses are totals over all predicted tokens divided by their number.
     *
     * @param report of the dictionary in the model
     * @return the perplexities
     */
    public static ReplacementPerplexity of(EvaluationReport report) {
        return new ReplacementPerplexity(
                Math.exp(report.crossEntropy().clean()),
                Math.exp(report.crossEntropy().reconstructed()),
                Math.exp(report.crossEntropy().meanAblated()),
                Math.exp(report.crossEntropy().zeroAblated()));
    }
}
