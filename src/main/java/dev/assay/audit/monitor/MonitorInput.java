package dev.assay.audit.monitor;

import dev.assay.audit.sample.AuditSample;

/** What a monitor reads from documents, with the rule that trains it. */
public interface MonitorInput {
    /** {@return the name in reports} */
    String name();

    /**
     * Trains a monitor.
     *
     * @param sample documents with matrices
     * @param rows the rows of the training documents
     * @param labels a label for each of {@code rows}, of both values
     * @param seed of random choices
     * @return the monitor
     * @throws dev.assay.InvalidInputException if the sample lacks a matrix
     */
    TrainedMonitor train(AuditSample sample, int[] rows, boolean[] labels, long seed);
}
