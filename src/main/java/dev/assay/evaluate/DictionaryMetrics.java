package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Scope;
import java.util.List;

/** Accumulates the metrics of one dictionary over the batches of one unit of an evaluation. */
public final class DictionaryMetrics {
    private final Dictionary dictionary;
    private final ReconstructionStatistics statistics;
    private final ActivationCounts counts;
    private final SourceCounts sources = new SourceCounts();
    private double crossEntropy;
    private double divergence;

    /**
     * Creates an accumulator without tokens.
     *
     * @param manager the owner of the counts
     * @param dictionary the dictionary; the caller closes it
     * @param statistics of no token
     */
    DictionaryMetrics(NDManager manager, Dictionary dictionary, ReconstructionStatistics statistics) {
        this.dictionary = dictionary;
        this.statistics = statistics;
        this.counts = new ActivationCounts(manager, dictionary.dSae());
    }

    /**
     * Adds activations.
     *
     * @param x [n, d_in]
     * @param target of the reconstruction, [n, d_out]
     * @param files the file of each row, or none if unknown
     * @return the reconstruction, [n, d_out]
     */
    NDArray reconstruct(NDArray x, NDArray target, List<String> files) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = dictionary.encode(x);
            NDArray reconstruction = dictionary.decode(codes, x);
            statistics.add(target, reconstruction);
            counts.add(codes.rows(), codes.indices(), codes.values());
            sources.add(files, codes);
            return scope.keep(reconstruction);
        }
    }

    /** Adds the predictions of the unedited model and of the model with the reconstruction. */
    void replace(Predictions clean, Predictions replaced) {
        crossEntropy += replaced.loss();
        divergence += clean.divergence(replaced);
    }

    DictionarySums sums() {
        return new DictionarySums(statistics.sums(), counts.sums(), sources.sums(), crossEntropy, divergence);
    }
}
