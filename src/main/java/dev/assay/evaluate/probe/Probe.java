package dev.assay.evaluate.probe;

/** A fitted classifier of rows into two classes. */
public interface Probe {
    /**
     * Scores rows. A row is classified as positive if its score is greater than 0.
     *
     * @param data rows of the width that the probe was fitted to; their labels are not used
     * @return one score per row, larger for the positive class
     */
    double[] scores(ProbeData data);

    /**
     * Classifies labelled rows.
     *
     * @param data held-out rows
     * @return accuracy, AUROC and F1
     */
    default ProbeScores evaluate(ProbeData data) {
        return ProbeScores.of(scores(data), data.labels());
    }
}
