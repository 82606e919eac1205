package dev.assay.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * The sums of an evaluation over one unit of the text, in float64. Added in the order of the units by {@link EvaluationTotals}, they give
 * the same bits wherever each unit was measured.
 *
 * @param contexts the number of contexts; 0 for a unit behind the end of the text
 * @param predicted the number of predicted tokens
 * @param clean the sum of the next-token losses of the unmodified model, in nats
 * @param mean differences of the losses with the mean activation at the site
 * @param zero differences of the losses with zeros at the site
 * @param dictionaries the evaluated dictionary, followed by the baselines in their order
 */
public record EvaluationSums(
        long contexts,
        long predicted,
        double clean,
        LossDifferences mean,
        LossDifferences zero,
        List<DictionarySums> dictionaries)
        implements Serializable {
    /** Copies the list. */
    public EvaluationSums {
        dictionaries = List.copyOf(dictionaries);
    }
}
