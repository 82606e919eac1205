package dev.assay.audit.monitor;

import dev.assay.audit.sample.AuditSample;
import java.util.Arrays;

/** Gives every document the same score. */
record ConstantMonitor(String name, double score) implements TrainedMonitor {
    /** Returns the monitor of the frequency of the positive label. */
    static ConstantMonitor of(String name, boolean[] labels) {
        int positives = 0;
        for (boolean label : labels) {
            positives += label ? 1 : 0;
        }
        // One half is added to both counts, so that the log-odds are finite.
        return new ConstantMonitor(name, Math.log((positives + 0.5) / (labels.length - positives + 0.5)));
    }

    @Override
    public double[] scores(AuditSample sample, int... rows) {
        double[] scores = new double[rows.length];
        Arrays.fill(scores, score);
        return scores;
    }
}
