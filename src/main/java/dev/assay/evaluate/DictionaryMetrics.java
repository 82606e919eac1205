package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.attach.LogitDivergence;
import dev.assay.attach.NextTokenLoss;
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

    /** Adds activations [n, d_in], the target [n, d_out] of their reconstruction, and the file of each row, or none if unknown. */
    void reconstruct(NDArray x, NDArray target, List<String> files) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = dictionary.encode(x);
            statistics.add(target, dictionary.reconstruct(x));
            counts.add(codes.rows(), codes.indices(), codes.values());
            sources.add(files, codes);
        }
    }

    /** Adds the logits [n, V] of the unedited model and of the model with the reconstruction, and int64 targets [n]. */
    void replace(NDArray clean, NDArray replaced, NDArray targets) {
        crossEntropy += NextTokenLoss.sum(replaced, targets);
        divergence += LogitDivergence.sum(clean, replaced);
    }

    NDArray reconstruction(NDArray x) {
        return dictionary.reconstruct(x);
    }

    DictionarySums sums() {
        return new DictionarySums(statistics.sums(), counts.sums(), sources.sums(), crossEntropy, divergence);
    }
}
