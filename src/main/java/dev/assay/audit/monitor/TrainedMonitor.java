package dev.assay.audit.monitor;

import dev.assay.audit.sample.AuditSample;
import java.util.List;

/** A trained classifier of documents, also of those of another model. */
public interface TrainedMonitor {
    /** {@return the name of its input} */
    String name();

    /**
     * Returns the columns that a sparse monitor has selected.
     *
     * @return by falling absolute weight; empty for a monitor that reads all columns, or no matrix
     */
    default List<ColumnWeight> selectedColumns() {
        return List.of();
    }

    /**
     * Scores documents.
     *
     * @param sample documents with the matrices that the input names
     * @param rows row numbers
     * @return the log-odds of the positive class for each row
     */
    double[] scores(AuditSample sample, int... rows);

    /**
     * Converts a score to a probability.
     *
     * @param score log-odds
     * @return the probability of the positive class
     */
    static double probability(double score) {
        return score >= 0 ? 1 / (1 + Math.exp(-score)) : Math.exp(score) / (1 + Math.exp(score));
    }
}
