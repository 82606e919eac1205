package dev.assay.evaluate;

import java.io.Serializable;

/**
 * The float64 sums of the differences d of two losses of the same predictions, over whole contexts. D is the sum of d over one context, n
 * its number of predictions.
 *
 * @param count the number of predictions
 * @param sum Σ d
 * @param squares Σ d²
 * @param contexts the number of contexts
 * @param contextSquares Σ D² over contexts
 * @param contextProducts Σ D·n over contexts
 * @param contextSizes Σ n² over contexts
 */
public record LossDifferences(
        long count,
        double sum,
        double squares,
        long contexts,
        double contextSquares,
        double contextProducts,
        double contextSizes)
        implements Serializable {}
