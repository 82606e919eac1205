package dev.assay.evaluate.probe;

/**
 * A linear probe that reads a few columns.
 *
 * @param selected the columns in the order of their selection
 * @param columns the same columns in ascending order
 * @param probe the probe, with one weight for each of {@code columns}
 */
public record SparseProbe(int[] selected, int[] columns, LinearProbe probe) implements Probe {
    @Override
    public double[] scores(ProbeData data) {
        return probe.scores(data.columns(columns));
    }
}
