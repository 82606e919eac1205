package dev.assay.audit.measure;

import java.util.SplittableRandom;

/**
 * A statistic of each column of a matrix between two conditions, from −1 to 1, with draws of its null distribution. Bounded statistics are
 * comparable between columns, which the maximum over columns needs.
 */
interface ColumnStatistic {
    /** Returns the number of columns. */
    int columns();

    /** Returns whether a column varies. A constant column has the statistic 0 and is not tested. */
    boolean varies(int column);

    /** Returns the statistic of a column with the true labels. */
    double observed(int column);

    /** Draws labels or signs under the null hypothesis. */
    Draw draw(SplittableRandom random);

    /** One draw of labels or signs. */
    interface Draw {
        /** Returns the statistic of a column with the drawn labels. */
        double of(int column);
    }
}
