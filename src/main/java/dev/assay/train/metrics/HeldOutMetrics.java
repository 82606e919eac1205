package dev.assay.train.metrics;

import dev.assay.sae.Dictionary;
import java.io.IOException;
import java.util.Map;

/**
 * Measures a dictionary on data that it is not trained on.
 *
 * <p>{@code dev.assay.evaluate.HeldOutEvaluation} measures reconstruction and next-token loss on the held-out documents of a corpus.
 */
@FunctionalInterface
public interface HeldOutMetrics {
    /**
     * Measures a dictionary.
     *
     * @param dictionary the dictionary as it would be saved at this step; closed after the call
     * @return numbers by name, such as {@code explained_variance}, logged as {@code evaluation/explained_variance}
     * @throws IOException when the data cannot be read
     */
    Map<String, Double> measure(Dictionary dictionary) throws IOException;
}
