package dev.assay.evaluate.standard;

import dev.assay.evaluate.probe.Auroc;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;

/**
 * The area under the ROC curve of a logistic regression. It is fitted on one part of the text and scored on another: on its own training
 * data, a regression on enough columns separates any labels.
 *
 * @param heldOut on held-out rows
 * @param training on the rows that it was fitted on, as published
 */
public record HeldOutAuroc(double heldOut, double training) {
    /**
     * Fits and scores a regression with standardized columns and C = 1.
     *
     * @param training the rows to fit on
     * @param heldOut rows of other documents
     * @return both areas; NaN if one part has rows of one class only
     */
    public static HeldOutAuroc of(ProbeData training, ProbeData heldOut) {
        if (isOneClass(training) || isOneClass(heldOut)) {
            return new HeldOutAuroc(Double.NaN, Double.NaN);
        }
        var probe = LogisticRegression.withC(1).standardized().fit(training).probe();
        return new HeldOutAuroc(
                Auroc.of(probe.scores(heldOut), heldOut.labels()), Auroc.of(probe.scores(training), training.labels()));
    }

    private static boolean isOneClass(ProbeData data) {
        return data.positives() == 0 || data.positives() == data.rows();
    }
}
