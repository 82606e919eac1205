package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Scope;

/** A dictionary in an evaluation, and what was added up about it. */
public final class DictionaryMetrics {
    private final Dictionary dictionary;
    private final ReconstructionStatistics statistics = new ReconstructionStatistics();
    private final ActivationCounts counts;
    private double crossEntropy;
    private double divergence;

    /**
     * Starts with nothing.
     *
     * @param manager owns the counts
     * @param dictionary stays the caller's to close
     */
    DictionaryMetrics(NDManager manager, Dictionary dictionary) {
        this.dictionary = dictionary;
        this.counts = new ActivationCounts(manager, dictionary.dSae());
    }

    /** Takes activations [n, d]. */
    void reconstruct(NDArray x) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = dictionary.encode(x);
            statistics.add(x, dictionary.reconstruct(x));
            counts.add(codes.rows(), codes.indices(), codes.values());
        }
    }

    /** Takes the logits [n, vocabulary] of the model as it is and with the reconstruction at the site, and int64 targets [n]. */
    void replace(NDArray clean, NDArray replaced, NDArray targets) {
        crossEntropy += PredictionLoss.crossEntropy(replaced, targets);
        divergence += PredictionLoss.divergence(clean, replaced);
    }

    NDArray reconstruction(NDArray x) {
        return dictionary.reconstruct(x);
    }

    long tokens() {
        return statistics.tokens();
    }

    double[] mean() {
        return statistics.mean();
    }

    EvaluationReport report(long predicted, double clean, double meanAblated, double zeroAblated) {
        return new EvaluationReport(
                statistics.tokens(),
                statistics.explainedVariance(),
                statistics.meanSquaredError(),
                statistics.cosine(),
                statistics.normRatio(),
                statistics.relativeReconstructionBias(),
                counts.l0(),
                counts.l1(),
                counts.deadShare(),
                new EvaluationReport.CrossEntropy(clean, crossEntropy / predicted, meanAblated, zeroAblated),
                divergence / predicted);
    }
}
