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

/**
 * How all pictures look: white paper, dark text that stays readable at the width of a column, thin grey lines, and colours that are told
 * apart in print and by people who see colours differently (those of Okabe and Ito, "Color universal design", 2008).
 */
public final class PictureStyle {
    /** The colour of a single thing. */
    public static final Color FIRST = new Color(0x0072B2);
    /** What lies behind others. */
    public static final Color FAINT = new Color(0xB8BCC2);

    static final Color INK = new Color(0x26282C);
    private static final Color SOFT = new Color(0x565A60);
    private static final Color GRID = new Color(0xE6E7E9);
    private static final Color[] SERIES = {
        FIRST,
        new Color(0xD55E00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0xE69F00),
        new Color(0x56B4E9),
        new Color(0x5A5E66)
    };
    private static final Marker[] MARKERS = {
        SeriesMarkers.CIRCLE,
        SeriesMarkers.SQUARE,
        SeriesMarkers.DIAMOND,
        SeriesMarkers.TRIANGLE_UP,
        SeriesMarkers.TRIANGLE_DOWN
    };
    private static final Color[] LIGHT_TO_DARK = { // never so dark that a number in a cell is lost
        new Color(0xF7FBFF), new Color(0xDEEBF7), new Color(0xA9CFE8), new Color(0x5AA2D4)
    };
    private static final Color[] RED_TO_BLUE = {
        new Color(0xB2182B), new Color(0xF4A582), Color.WHITE, new Color(0x92C5DE), new Color(0x2166AC)
    };

    private static final String RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final double MARGIN = 0.012; // of an axis

    private PictureStyle() {}

    /**
     * Starts a chart of numbers over numbers.
     *
     * @param width in points
     * @param height in points
     * @param title above it
     * @param x what is across
     * @param y what is upwards
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
        quiet(chart.getStyler());
        chart.getStyler().setMarkerSize(8);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        return chart;
    }

    /**
     * Starts a chart of coloured cells, from light for little to deep for much.
     *
     * @param width in points
     * @param height in points
     * @param title above it
     * @param x what is across
     * @param y what is upwards
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
        quiet(chart.getStyler());
        chart.getStyler().setRangeColors(LIGHT_TO_DARK.clone());
        chart.getStyler().setPlotGridLinesVisible(false);
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setValueFont(font(Font.PLAIN, 12));
        return chart;
    }

    /**
     * Adds counts of bins as one filled outline.
     *
     * @param chart with a linear or a logarithmic axis across
     * @param name of the series, which no legend shows
     * @param edges [bins + 1], rising
     * @param counts [bins]
     */
    public static void histogram(XYChart chart, String name, double[] edges, double[] counts) {
        // A pair of points a bin, down to 0 at both ends: a chart that steps by itself leaves out the last bin.
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
     * Sets the range across. It is drawn a little wider, since XChart marks no number at the very end of an axis.
     *
     * @param chart any chart with a linear axis across
     * @param low the smallest number
     * @param high the largest, larger
     */
    public static void across(XYChart chart, double low, double high) {
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setXAxisMin(low - MARGIN * (high - low));
        chart.getStyler().setXAxisMax(high + MARGIN * (high - low));
    }

    /**
     * Sets the range upwards, as {@link #across}.
     *
     * @param chart any chart with a linear axis upwards
     * @param low the smallest number
     * @param high the largest, larger
     */
    public static void upwards(XYChart chart, double low, double high) {
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setYAxisMin(low - MARGIN * (high - low));
        chart.getStyler().setYAxisMax(high + 4 * MARGIN * (high - low));
    }

    /**
     * Makes the axis upwards logarithmic, over whole powers of ten.
     *
     * @param chart whose numbers upwards are positive
     * @param low the smallest number
     * @param high the largest
     */
    public static void decadesUpwards(XYChart chart, double low, double high) {
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(low)) - MARGIN));
        chart.getStyler().setYAxisMax(Math.pow(10, Math.ceil(Math.log10(high)) + MARGIN));
    }

    /**
     * Returns the colour of one thing among others.
     *
     * @param index from 0; colours repeat after seven
     * @return its colour
     */
    public static Color series(int index) {
        return SERIES[index % SERIES.length];
    }

    /**
     * Marks whole powers of ten on an axis of decimal logarithms whose numbers are equally far apart.
     *
     * @param chart whose numbers across are logarithms
     * @param low the smallest power
     * @param high the largest
     */
    public static void powersAcross(XYChart chart, int low, int high) {
        chart.getStyler().setPlotContentSize(1 - 2 * MARGIN);
        chart.getStyler().setXAxisMin((double) low);
        chart.getStyler().setXAxisMax((double) high);
        chart.getStyler().setxAxisTickLabelsFormattingFunction(PictureStyle::power);
    }

    /** A whole power as such, anything else blank: XChart marks fewer numbers as long as two marks are the same. */
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
     * Returns the colours of what may be negative.
     *
     * @return from the smallest by white in the middle to the largest
     */
    public static Color[] signed() {
        return RED_TO_BLUE.clone();
    }

    private static void quiet(AxesChartStyler styler) {
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
     * Returns the mark of one thing among others, which tells them apart without colours.
     *
     * @param index from 0; marks repeat after five
     * @return its mark
     */
    public static Marker marker(int index) {
        return MARKERS[index % MARKERS.length];
    }

    /** The font of all text. */
    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }
}
