package dev.assay.audit.measure;

import java.util.SplittableRandom;

/**
 * The normalised mean of the differences of pairs in each column:
 *
 * <pre>
 * s = Σ d / √(n Σ d²)
 * </pre>
 *
 * <p>It is a monotone function of the paired t statistic, {@code t² = (n − 1) s² / (1 − s²)}. Under the null hypothesis the signs of the
 * differences of a unit are exchangeable together; the denominator does not depend on them.
 */
final class SignFlips implements ColumnStatistic {
    private final DocumentMatrix byColumn; // [columns, pairs]
    private final int[] units; // of each pair, from 0
    private final int unitCount;
    private final double[] lengths; // √(n Σ d²)

    /** Creates the statistic of differences [pairs, columns]. */
    SignFlips(DocumentMatrix differences, int[] units, int unitCount) {
        this.byColumn = differences.transposed();
        this.units = units.clone();
        this.unitCount = unitCount;
        this.lengths = new double[differences.columns()];
        for (int column = 0; column < lengths.length; column++) {
            double[] squares = new double[1];
            byColumn.row(column, (pair, value) -> squares[0] += value * value);
            lengths[column] = Math.sqrt(differences.rows() * squares[0]);
        }
    }

    @Override
    public int columns() {
        return lengths.length;
    }

    @Override
    public boolean varies(int column) {
        return lengths[column] > 0;
    }

    @Override
    public double observed(int column) {
        return statistic(column, new boolean[unitCount]);
    }

    @Override
    public Draw draw(SplittableRandom random) {
        boolean[] flipped = new boolean[unitCount];
        for (int unit = 0; unit < unitCount; unit++) {
            flipped[unit] = random.nextBoolean();
        }
        return column -> statistic(column, flipped);
    }

    private double statistic(int column, boolean[] flipped) {
        if (lengths[column] == 0) {
            return 0;
        }
        double[] sum = new double[1];
        byColumn.row(column, (pair, value) -> sum[0] += flipped[units[pair]] ? -value : value);
        return sum[0] / lengths[column];
    }
}
