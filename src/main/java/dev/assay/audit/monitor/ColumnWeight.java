package dev.assay.audit.monitor;

/**
 * A column that a sparse monitor reads.
 *
 * @param column the number of the column in the matrix of the monitor
 * @param weight its weight in the log-odds of the positive class, per unit of the pooled value
 */
public record ColumnWeight(int column, double weight) {}
