package dev.assay.audit.measure;

import java.util.SplittableRandom;

/**
 * The correlation of each column with the label (point-biserial):
 *
 * <pre>
 * r = (μ_A − μ_B) √(n_A n_B / n) / √(Σ (x − μ)²)
 * </pre>
 *
 * <p>It is a monotone function of the two-sample t statistic, {@code t² = (n − 2) r² / (1 − r²)}, and of Cohen's d. The denominator does not
 * depend on the labels, so a permutation needs one sum per column.
 */
final class LabelCorrelation implements ColumnStatistic {
    /** Relative variance below which a column counts as constant, above the rounding error of its sums. */
    private static final double CONSTANT = 1e-12;

    private final DocumentMatrix byColumn;
    private final Exchangeability exchangeability;
    private final boolean[] labels;
    private final double[] sums;
    private final double[] deviations; // √ of the centred sum of squares; 0 if constant

    LabelCorrelation(DocumentMatrix matrix, boolean[] labels, Exchangeability exchangeability) {
        this.byColumn = matrix.transposed();
        this.labels = labels.clone();
        this.exchangeability = exchangeability;
        this.sums = new double[matrix.columns()];
        this.deviations = new double[matrix.columns()];
        int n = matrix.rows();
        for (int column = 0; column < sums.length; column++) {
            double[] moments = new double[2];
            byColumn.row(column, (row, value) -> {
                moments[0] += value;
                moments[1] += value * value;
            });
            sums[column] = moments[0];
            double mean = moments[0] / n;
            double[] centred = {(n - byColumn.entries(column)) * mean * mean};
            byColumn.row(column, (row, value) -> centred[0] += (value - mean) * (value - mean));
            deviations[column] = centred[0] > CONSTANT * moments[1] ? Math.sqrt(centred[0]) : 0;
        }
    }

    @Override
    public int columns() {
        return sums.length;
    }

    @Override
    public boolean varies(int column) {
        return deviations[column] > 0;
    }

    @Override
    public double observed(int column) {
        return new LabelDraw(labels).of(column);
    }

    @Override
    public Draw draw(SplittableRandom random) {
        return new LabelDraw(exchangeability.draw(random));
    }

    private final class LabelDraw implements Draw {
        private final boolean[] drawn;
        private final int positives;

        LabelDraw(boolean[] drawn) {
            this.drawn = drawn;
            int count = 0;
            for (boolean label : drawn) {
                count += label ? 1 : 0;
            }
            this.positives = count;
        }

        @Override
        public double of(int column) {
            int n = drawn.length;
            if (deviations[column] == 0 || positives == 0 || positives == n) {
                return 0;
            }
            double sum = byColumn.sumWhere(column, drawn);
            double difference = sum / positives - (sums[column] - sum) / (n - positives);
            return difference * Math.sqrt((double) positives * (n - positives) / n) / deviations[column];
        }
    }
}
