package dev.assay.evaluate;

/**
 * Accumulates the differences of two losses of the same predictions, with the standard error of their mean.
 *
 * <p>Predictions of one context are correlated. The standard error is therefore the larger of two estimates: that of independent
 * predictions, {@code √(Σ(d − d̄)² / (n − 1) / n)}, and that of independent contexts,
 * {@code √(C / (C − 1) · Σ_c (Σ_{i in c} (d_i − d̄))²) / n}, which needs at least two contexts.
 */
final class PairedDifference {
    private long count;
    private double sum;
    private double squares;
    private long contexts;
    private double contextSquares; // Σ_c D_c², with D_c the sum of a context
    private double contextProducts; // Σ_c D_c n_c
    private double contextSizes; // Σ_c n_c²

    /**
     * Adds the predictions of whole contexts.
     *
     * @param losses losses [contexts · predictions]
     * @param reference losses of the same predictions
     * @param perContext the number of predictions of a context, at least 1
     */
    void add(double[] losses, double[] reference, int perContext) {
        for (int from = 0; from < losses.length; from += perContext) {
            double ofContext = 0;
            for (int i = from; i < from + perContext; i++) {
                double difference = losses[i] - reference[i];
                ofContext += difference;
                squares += difference * difference;
            }
            sum += ofContext;
            contextSquares += ofContext * ofContext;
            contextProducts += ofContext * perContext;
            contextSizes += (double) perContext * perContext;
            contexts++;
            count += perContext;
        }
    }

    /** Adds the sums over later contexts. */
    void add(LossDifferences next) {
        count += next.count();
        sum += next.sum();
        squares += next.squares();
        contexts += next.contexts();
        contextSquares += next.contextSquares();
        contextProducts += next.contextProducts();
        contextSizes += next.contextSizes();
    }

    LossDifferences sums() {
        return new LossDifferences(count, sum, squares, contexts, contextSquares, contextProducts, contextSizes);
    }

    /** Returns the mean difference. */
    double mean() {
        return sum / count;
    }

    /** Returns the standard error of the mean, NaN for fewer than two predictions. */
    double standardError() {
        if (count < 2) {
            return Double.NaN;
        }
        double mean = mean();
        double ofPredictions = Math.sqrt(Math.max(0, squares - count * mean * mean) / (count - 1) / count);
        if (contexts < 2) {
            return ofPredictions;
        }
        double deviations = contextSquares - 2 * mean * contextProducts + mean * mean * contextSizes;
        double ofContexts = Math.sqrt(Math.max(0, deviations) * contexts / (contexts - 1)) / count;
        return Math.max(ofPredictions, ofContexts);
    }
}
