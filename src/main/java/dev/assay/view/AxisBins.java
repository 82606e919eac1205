package dev.assay.view;

/**
 * Bins of equal width on a logarithmic axis.
 *
 * @param axis the axis
 * @param count the number of bins
 */
public record AxisBins(Axis axis, int count) {
    /** Returns the bin of a positive value; values beyond the axis belong to the outermost bins. */
    public int bin(double value) {
        int bin = (int) Math.floor(axis.position(value) * count);
        return Math.max(0, Math.min(count - 1, bin));
    }

    /** {@return the number of positive values in each bin} */
    public int[] counts(double[] values) {
        int[] counts = new int[count];
        for (double value : values) {
            if (value > 0) {
                counts[bin(value)]++;
            }
        }
        return counts;
    }

    /** {@return the lower edge of a bin; for the number of bins, the end of the axis} */
    public double edge(int bin) {
        return Math.pow(10, Math.log10(axis.low()) + bin * axis.decades() / count);
    }
}
