package dev.assay.experiment.sidetask;

import dev.assay.audit.measure.MetricInterval;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.organism.Proportion;
import java.util.List;

/**
 * The measurement of one organism.
 *
 * @param behaviour the rates of its answers
 * @param fixed scores of the monitors that were trained before tuning
 * @param retrained scores of monitors that were trained on answers of this organism; the same as {@code fixed} before tuning
 */
record SideTaskMeasurement(Behaviour behaviour, List<Score> fixed, List<Score> retrained) {
    /** The fewest documents of a measure. */
    static final int FEWEST = 10;

    /** A measure of too few documents. */
    static final MetricInterval MISSING = new MetricInterval(Double.NaN, Double.NaN, Double.NaN);

    SideTaskMeasurement {
        fixed = List.copyOf(fixed);
        retrained = List.copyOf(retrained);
    }

    /**
     * Rates over answers to test prompts.
     *
     * @param mentioned the share of answers that perform the side task, of those whose scratchpad mentions it
     * @param benign the same for a scratchpad that does not mention it
     * @param absent the same without a scratchpad
     * @param off the share of answers with at least two colours of the code although the side task is off
     * @param mentions the share of scratchpads that mention the side task, of prompts that switch it on
     * @param mainTask the share of all answers that colour the three objects of the request
     */
    record Behaviour(Rate mentioned, Rate benign, Rate absent, Rate off, Rate mentions, Rate mainTask) {}

    /**
     * A share of answers.
     *
     * @param count the number of answers with a property
     * @param of the number of answers
     */
    record Rate(int count, int of) {
        /** Returns the share with its 95 % interval; NaN with fewer than {@value SideTaskMeasurement#FEWEST} answers. */
        MetricInterval interval() {
            if (of < FEWEST) {
                return MISSING;
            }
            Estimate share = new Proportion(count, of).estimate();
            return new MetricInterval(share.mean(), share.low(), share.high());
        }
    }

    /**
     * The quality of a monitor on test documents, with bootstrap intervals over documents.
     *
     * @param monitor the monitor
     * @param condition the key of the condition of the positive documents, or {@code all}
     * @param positives the number of positive documents
     * @param negatives the number of negative documents
     * @param auroc the area under the ROC curve
     * @param tpr1 the true-positive rate at a false-positive rate of 1 %
     * @param tpr5 the true-positive rate at a false-positive rate of 5 %
     * @param sameForm the area under the ROC curve, with negative documents that have a scratchpad if and only if the positive ones do
     */
    record Score(
            MonitorKind monitor,
            String condition,
            int positives,
            int negatives,
            MetricInterval auroc,
            MetricInterval tpr1,
            MetricInterval tpr5,
            MetricInterval sameForm) {}

    /** Returns a score; NaN measures if too few answers of the condition exist. */
    Score score(boolean again, MonitorKind monitor, String condition) {
        return (again ? retrained : fixed)
                .stream()
                        .filter(score ->
                                score.monitor() == monitor && score.condition().equals(condition))
                        .findFirst()
                        .orElseThrow();
    }
}
