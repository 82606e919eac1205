package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;

/**
 * A classifier with one hidden layer of ReLU units on standardised columns, trained by Adam on the log loss. It finds information that no
 * linear probe can read.
 *
 * <p>It is computed in plain Java in float64: the same data and options give the same bits for any number of threads.
 */
public final class MlpProbe implements Probe {
    private final StandardizedColumns columns;
    private final MlpParameters parameters;

    private MlpProbe(StandardizedColumns columns, MlpParameters parameters) {
        this.columns = columns;
        this.parameters = parameters;
    }

    /**
     * Trains a probe and keeps the epoch with the lowest loss on validation rows, which are part of the given rows.
     *
     * @param data training rows, at least 4 of each class
     * @param options the options
     * @return the probe
     * @throws InvalidInputException if a class has fewer than 4 rows
     */
    public static MlpProbe fit(ProbeData data, MlpOptions options) {
        data.requireBothClasses();
        int smaller = Math.min(data.positives(), data.rows() - data.positives());
        InvalidInputException.require(
                smaller >= 4, () -> "the smaller class has " + smaller + " rows, expected at least 4 for an MLP probe");
        StandardizedColumns columns = StandardizedColumns.of(data);
        return new MlpProbe(columns, new MlpTraining(columns.values(), data, options).run());
    }

    @Override
    public double[] scores(ProbeData data) {
        InvalidInputException.require(
                data.width() == columns.width(),
                () -> "the data have " + data.width() + " columns, expected " + columns.width()
                        + ", the width of the probe");
        double[] x = columns.apply(data);
        double[] hidden = new double[parameters.hidden()];
        double[] scores = new double[data.rows()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = parameters.score(x, i * data.width(), hidden);
        }
        return scores;
    }
}
