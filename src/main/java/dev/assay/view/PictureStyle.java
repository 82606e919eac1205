package dev.assay.view;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Arrays;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The style of all pictures: white background, text that is readable at the width of a column, and the colours of {@link ChartColours}. */
public final class PictureStyle {
    /** The colour of a single series. */
    public static final Color FIRST = ChartColours.SERIES.get(0).color();
    /** The colour of series in the background. */
    public static final Color FAINT = ChartColours.FAINT.color();

    static final Color INK = ChartColours.INK.color();
    private static final Color SOFT = ChartColours.SOFT.color();
    private static final Color GRID = ChartColours.LINE.color();
    private static final Color[] SERIES =
            ChartColours.SERIES.stream().map(ChartColours.Shade::color).toArray(Color[]::new);
    private static final Marker[] MARKERS = {
        SeriesMarkers.CIRCLE,
        SeriesMarkers.SQUARE,
        SeriesMarkers.DIAMOND,
        SeriesMarkers.TRIANGLE_UP,
        SeriesMarkers.TRIANGLE_DOWN,
        SeriesMarkers.CROSS,
        SeriesMarkers.PLUS
    };
    private static final float[] DASHES = {9, 3};
    private static final Color[] LIGHT_TO_DARK = { // light enough for dark numbers in the cells
        new Color(0xF7FBFF), new Color(0xDEEBF7), new Color(0xA9CFE8), new Color(0x5AA2D4)
    };
    private static final Color[] RED_TO_BLUE = {
        new Color(0xB2182B), new Color(0xF4A582), Color.WHITE, new Color(0x92C5DE), new Color(0x2166AC)
    };

    private static final String RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final double MARGIN = 0.012; // of an axis

    private PictureStyle() {}

    /**
     * Creates a chart of numbers over numbers.
     *
     * @param width in points
     * @param height in points
     * @param title of the chart
     * @param x the title of the horizontal axis
     * @param y the title of the vertical axis
     * @return a chart without series
     */
    public static XYChart chart(int width, int height, String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        apply(chart.getStyler());
        chart.getStyler().setxAxisTickLabelsFormattingFunction(Axis::label);
        chart.getStyler().setyAxisTickLabelsFormattingFunction(Axis::label);
        chart.getStyler().setMarkerSize(8);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        return chart;
    }

    /**
     * Creates a chart of coloured cells, light for small numbers and dark for large ones.
     *
     * @param width in points
     * @param height in points
     * @param title of the chart
     * @param x the title of the horizontal axis
     * @param y the title of the vertical axis
     * @return a chart without cells
     */
    public static HeatMapChart heatMap(int width, int height, String title, String x, String y) {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(width)
                .height(height)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        apply(chart.getStyler());
        chart.getStyler().setRangeColors(LIGHT_TO_DARK.clone());
        chart.getStyler().setPlotGridLinesVisible(false);
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setValueFont(font(Font.PLAIN, 12));
        return chart;
    }

    /**
     * Adds the counts of a histogram as one filled outline.
     *
     * @param chart with a linear or logarithmic horizontal axis
     * @param name of the series; the legend is hidden
     * @param edges [bins + 1], increasing
     * @param counts [bins]
     */
    public static void histogram(XYChart chart, String name, double[] edges, double[] counts) {
        // Two points per bin, and 0 at both ends: the step style of XChart leaves out the last bin.
        double[] x = new double[2 * counts.length + 2];
        double[] y = new double[x.length];
        x[0] = edges[0];
        x[x.length - 1] = edges[counts.length];
        for (int bin = 0; bin < counts.length; bin++) {
            x[2 * bin + 1] = edges[bin];
            x[2 * bin + 2] = edges[bin + 1];
            y[2 * bin + 1] = counts[bin];
            y[2 * bin + 2] = counts[bin];
        }
        XYSeries bars = chart.addSeries(name, x, y);
        bars.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
        bars.setMarker(SeriesMarkers.NONE);
        bars.setLineWidth(1.2f);
        bars.setFillColor(new Color(FIRST.getRed(), FIRST.getGreen(), FIRST.getBlue(), 90));
        chart.getStyler().setLegendVisible(false);
        across(chart, edges[0], edges[counts.length]);
        upwards(chart, 0, Math.max(1, Arrays.stream(counts).max().orElse(1)));
    }

    /**
     * Sets the range of the horizontal axis. It is drawn slightly wider because XChart marks no number at the end of an axis.
     *
     * @param chart any chart with a linear horizontal axis
     * @param low the smallest number
     * @param high the largest number
     */
    public static void across(XYChart chart, double low, double high) {
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setXAxisMin(low - MARGIN * (high - low));
        chart.getStyler().setXAxisMax(high + MARGIN * (high - low));
    }

    /**
     * Sets the range of a horizontal axis of integers, such as layers, which is marked at integers only.
     *
     * @param chart any chart with a linear horizontal axis
     * @param low the smallest number; the axis begins at the integer below
     * @param high the largest number; the axis ends at the integer above
     */
    public static void integersAcross(XYChart chart, double low, double high) {
        double start = Math.floor(low);
        across(chart, start, Math.max(start + 1, Math.ceil(high)));
        // XChart reduces the number of ticks as long as two labels are equal, so that no tick is between integers.
        chart.getStyler().setxAxisTickLabelsFormattingFunction(value -> Axis.label(Math.rint(value) + 0.0));
    }

    /**
     * Sets the range of the vertical axis, see {@link #across}.
     *
     * @param chart any chart with a linear vertical axis
     * @param low the smallest number
     * @param high the largest number
     */
    public static void upwards(XYChart chart, double low, double high) {
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setYAxisMin(low - MARGIN * (high - low));
        chart.getStyler().setYAxisMax(high + 4 * MARGIN * (high - low));
    }

    /**
     * Makes the vertical axis logarithmic, between powers of ten.
     *
     * @param chart with positive numbers on the vertical axis
     * @param low the smallest number
     * @param high the largest number
     */
    public static void decadesUpwards(XYChart chart, double low, double high) {
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setYAxisLogarithmic(true);
        // With a formatter XChart would mark numbers as on a linear axis.
        chart.getStyler().setyAxisTickLabelsFormattingFunction(null);
        chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(low)) - MARGIN));
        chart.getStyler().setYAxisMax(Math.pow(10, Math.ceil(Math.log10(high)) + MARGIN));
    }

    /**
     * Returns the colour of a series.
     *
     * @param index from 0; colours repeat after twelve
     * @return the colour
     */
    public static Color series(int index) {
        return SERIES[index % SERIES.length];
    }

    /**
     * Returns the stroke of the line of a series: solid for the first seven, dashed for the next five.
     *
     * @param index from 0; strokes repeat after twelve
     * @param width of the line in points
     * @return the stroke
     */
    public static BasicStroke stroke(int index, float width) {
        return index % SERIES.length < ChartColours.SOLID
                ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, DASHES.clone(), 0);
    }

    /**
     * Labels a horizontal axis of decimal logarithms with powers of ten.
     *
     * @param chart with decimal logarithms on the horizontal axis
     * @param low the smallest exponent
     * @param high the largest number
     */
    public static void powersAcross(XYChart chart, int low, int high) {
        chart.getStyler().setPlotContentSize(1 - 2 * MARGIN);
        chart.getStyler().setXAxisMin((double) low);
        chart.getStyler().setXAxisMax((double) high);
        chart.getStyler().setxAxisTickLabelsFormattingFunction(PictureStyle::power);
    }

    /** Labels whole exponents only. XChart reduces the number of ticks as long as two labels are equal. */
    private static String power(double logarithm) {
        long exponent = Math.round(logarithm);
        if (Math.abs(logarithm - exponent) > 1e-6) {
            return " ";
        }
        StringBuilder text = new StringBuilder("10").append(exponent < 0 ? "⁻" : "");
        ("" + Math.abs(exponent)).chars().forEach(digit -> text.append(RAISED.charAt(digit - '0')));
        return text.toString();
    }

    /**
     * Returns the colours of numbers that may be negative.
     *
     * @return from the smallest number over white in the middle to the largest
     */
    public static Color[] signed() {
        return RED_TO_BLUE.clone();
    }

    private static void apply(AxesChartStyler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setChartPadding(12);
        styler.setYAxisLabelAlignment(AxesChartStyler.TextAlignment.Right);
        styler.setChartFontColor(INK);
        styler.setChartTitleFont(font(Font.BOLD, 15));
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitlePadding(8);
        styler.setAxisTitleFont(font(Font.PLAIN, 13));
        styler.setXAxisTitleColor(SOFT);
        styler.setYAxisTitleColor(SOFT);
        styler.setAxisTitlePadding(8);
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 12));
        styler.setAxisTickLabelsColor(SOFT);
        styler.setAxisTickMarksColor(FAINT);
        styler.setAxisTickMarksStroke(new BasicStroke(1));
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotMargin(0);
        styler.setPlotContentSize(0.97);
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setLegendFont(font(Font.PLAIN, 12));
        styler.setLegendSeriesLineLength(16);
        styler.setSeriesColors(SERIES.clone());
        styler.setSeriesMarkers(MARKERS.clone());
        styler.setAntiAlias(true);
    }

    /**
     * Returns the marker of a series, which distinguishes series without colours.
     *
     * @param index from 0; markers repeat after seven
     * @return the marker
     */
    public static Marker marker(int index) {
        return MARKERS[index % MARKERS.length];
    }

    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }
}
