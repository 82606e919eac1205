package dev.assay.experiment;

import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.awt.Color;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A histogram of one or several groups of numbers, drawn as outlines over each other. Each group sums to 1. */
public final class ResultHistogram {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 400;

    private final String title;
    private final String x;
    private final double[] edges;
    private final Map<String, double[]> groups = new LinkedHashMap<>();

    private ResultHistogram(String title, String x, double[] edges) {
        this.title = title;
        this.x = x;
        this.edges = edges;
    }

    /**
     * Creates a histogram with bins of equal width.
     *
     * @param title of the picture
     * @param x the title of the horizontal axis
     * @param low the lower edge of the first bin
     * @param high the upper edge of the last bin
     * @param bins the number of bins
     * @return a histogram without groups
     */
    public static ResultHistogram of(String title, String x, double low, double high, int bins) {
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            edges[i] = low + (high - low) * i / bins;
        }
        return new ResultHistogram(title, x, edges);
    }

    /**
     * Adds a group.
     *
     * @param name in the legend
     * @param values the numbers; those outside the bins are counted in the first or the last one, NaN is left out
     * @return this
     */
    public ResultHistogram group(String name, double[] values) {
        groups.put(name, shares(values));
        return this;
    }

    private double[] shares(double[] values) {
        int bins = edges.length - 1;
        double[] shares = new double[bins];
        long counted =
                Arrays.stream(values).filter(value -> !Double.isNaN(value)).count();
        for (double value : values) {
            if (!Double.isNaN(value)) {
                int bin = (int) Math.floor((value - edges[0]) / (edges[bins] - edges[0]) * bins);
                shares[Math.max(0, Math.min(bins - 1, bin))] += 1.0 / counted;
            }
        }
        return shares;
    }

    /** {@return the picture of the groups so far} */
    public Picture picture() {
        XYChart chart = PictureStyle.chart(WIDTH, HEIGHT, title, x, "share");
        double highest = 0;
        int number = 0;
        for (Map.Entry<String, double[]> group : groups.entrySet()) {
            double[] shares = group.getValue();
            double[] across = new double[2 * shares.length + 2];
            double[] upwards = new double[across.length];
            across[0] = edges[0];
            across[across.length - 1] = edges[shares.length];
            for (int bin = 0; bin < shares.length; bin++) {
                across[2 * bin + 1] = edges[bin];
                across[2 * bin + 2] = edges[bin + 1];
                upwards[2 * bin + 1] = shares[bin];
                upwards[2 * bin + 2] = shares[bin];
                highest = Math.max(highest, shares[bin]);
            }
            Color colour = PictureStyle.series(number);
            XYSeries outline = chart.addSeries(group.getKey(), across, upwards);
            outline.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
            outline.setMarker(SeriesMarkers.NONE);
            outline.setLineColor(colour);
            outline.setLineStyle(PictureStyle.stroke(number++, 1.5f));
            outline.setFillColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 50));
        }
        PictureStyle.across(chart, edges[0], edges[edges.length - 1]);
        PictureStyle.upwards(chart, 0, highest == 0 ? 1 : highest);
        return Picture.of(chart, title + ": shares over " + x);
    }
}
