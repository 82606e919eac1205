package dev.assay.experiment;

import dev.assay.view.Axis;
import dev.assay.view.Html;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A chart of estimates over a number, with 95 % intervals as vertical bars. The lines of controls are grey and dashed.
 *
 * <pre>{@code
 * Picture picture = ResultChart.of("FVU against L0", "active latents per token (L0)", "FVU")
 *         .logarithmicX()
 *         .line("topk", points)
 *         .control("random dictionary", nulls)
 *         .picture();
 * }</pre>
 */
public final class ResultChart {
    private static final float LINE_WIDTH = 1.8f;
    private static final BasicStroke CONTROL =
            new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {5, 4}, 0);
    private static final int WIDTH = 760;
    private static final int HEIGHT = 460;
    private static final double MARGIN = 0.04;

    private final String title;
    private final String x;
    private final String y;
    private final List<Line> lines = new ArrayList<>();
    private boolean logarithmicX;
    private boolean logarithmicY;
    private boolean scatter;

    private ResultChart(String title, String x, String y) {
        this.title = title;
        this.x = x;
        this.y = y;
    }

    /**
     * A point of a line.
     *
     * @param x the horizontal position
     * @param y the estimate
     */
    public record Point(double x, Estimate y) {}

    private record Line(String name, List<Point> points, boolean control) {}

    /**
     * Creates a chart without lines.
     *
     * @param title of the chart
     * @param x the title of the horizontal axis
     * @param y the title of the vertical axis
     * @return the chart
     */
    public static ResultChart of(String title, String x, String y) {
        return new ResultChart(title, x, y);
    }

    /**
     * Makes the horizontal axis logarithmic. Points that are not positive are left out.
     *
     * @return this
     */
    public ResultChart logarithmicX() {
        logarithmicX = true;
        return this;
    }

    /**
     * Makes the vertical axis logarithmic. Points that are not positive are left out.
     *
     * @return this
     */
    public ResultChart logarithmicY() {
        logarithmicY = true;
        return this;
    }

    /**
     * Draws markers without lines between them.
     *
     * @return this
     */
    public ResultChart scatter() {
        scatter = true;
        return this;
    }

    /**
     * Adds a line.
     *
     * @param name in the legend
     * @param points in any order; those that are not finite are left out
     * @return this
     */
    public ResultChart line(String name, List<Point> points) {
        lines.add(new Line(name, List.copyOf(points), false));
        return this;
    }

    /**
     * Adds the line of a control.
     *
     * @param name in the legend
     * @param points in any order; those that are not finite are left out
     * @return this
     */
    public ResultChart control(String name, List<Point> points) {
        lines.add(new Line(name, List.copyOf(points), true));
        return this;
    }

    /** {@return the picture of the chart in its current state} */
    public Picture picture() {
        XYChart chart = PictureStyle.chart(WIDTH, HEIGHT, title, x, y);
        double[] positions = drawn().mapToDouble(Point::x).toArray();
        Scale across = scale(logarithmicX, positions);
        Scale upwards = scale(
                logarithmicY,
                drawn().flatMapToDouble(point -> DoubleStream.of(ends(point.y())))
                        .toArray());
        if (across.integers) {
            PictureStyle.integersAcross(chart, across.low, across.high);
        } else {
            PictureStyle.across(chart, across.low, across.high);
        }
        if (logarithmicX || !across.integers) {
            chart.getStyler().setxAxisTickLabelsFormattingFunction(across::label);
        }
        PictureStyle.upwards(chart, upwards.low, upwards.high);
        chart.getStyler().setyAxisTickLabelsFormattingFunction(upwards::label);
        int number = 0;
        int controls = 0;
        for (Line line : lines) {
            List<Point> points = line.points.stream()
                    .filter(this::isDrawn)
                    .sorted(Comparator.comparingDouble(Point::x))
                    .toList();
            if (points.isEmpty()) {
                continue;
            }
            Color colour = line.control ? PictureStyle.FAINT : PictureStyle.series(number);
            XYSeries series = chart.addSeries(
                    line.name,
                    points.stream()
                            .mapToDouble(point -> across.position(point.x()))
                            .toArray(),
                    points.stream()
                            .mapToDouble(point -> upwards.position(point.y().mean()))
                            .toArray());
            series.setLineColor(colour);
            series.setMarkerColor(colour);
            series.setLineStyle(line.control ? CONTROL : PictureStyle.stroke(number, LINE_WIDTH));
            series.setMarker(line.control ? PictureStyle.marker(2 + controls++) : PictureStyle.marker(number++));
            if (scatter) {
                series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            }
            for (int i = 0; i < points.size(); i++) {
                interval(chart, line.name + " interval " + i, points.get(i), across, upwards, colour);
            }
        }
        return Picture.of(chart, title + ": " + y + " over " + x);
    }

    private void interval(XYChart chart, String name, Point point, Scale across, Scale upwards, Color colour) {
        Estimate estimate = point.y();
        if (!estimate.hasInterval() || logarithmicY && estimate.low() <= 0) {
            return;
        }
        double position = across.position(point.x());
        XYSeries bar = chart.addSeries(name, new double[] {position, position}, new double[] {
            upwards.position(estimate.low()), upwards.position(estimate.high())
        });
        bar.setShowInLegend(false);
        bar.setMarker(SeriesMarkers.NONE);
        bar.setLineColor(colour);
        bar.setLineStyle(new BasicStroke(1.2f));
        bar.setLineWidth(1.2f);
        bar.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
    }

    private Stream<Point> drawn() {
        return lines.stream().flatMap(line -> line.points.stream()).filter(this::isDrawn);
    }

    private boolean isDrawn(Point point) {
        double mean = point.y().mean();
        return Double.isFinite(point.x())
                && Double.isFinite(mean)
                && (!logarithmicX || point.x() > 0)
                && (!logarithmicY || mean > 0);
    }

    private double[] ends(Estimate estimate) {
        return estimate.hasInterval() && (!logarithmicY || estimate.low() > 0)
                ? new double[] {estimate.mean(), estimate.low(), estimate.high()}
                : new double[] {estimate.mean()};
    }

    /** An axis in the coordinates of XChart, which are linear. */
    private record Scale(
            double low, double high, DoubleUnaryOperator to, DoubleFunction<String> label, boolean integers) {
        double position(double value) {
            return to.applyAsDouble(value);
        }

        String label(double position) {
            return label.apply(position);
        }
    }

    private static final DoubleUnaryOperator IDENTITY = value -> value;
    private static final double ROUNDING = 1e-9; // of exponents

    private static Scale scale(boolean logarithmic, double[] values) {
        double low = Arrays.stream(values).min().orElse(logarithmic ? 1 : 0);
        double high = Arrays.stream(values).max().orElse(logarithmic ? 10 : 1);
        if (!logarithmic) {
            Axis axis = Axis.linear(low, high, 5);
            boolean integers = Arrays.stream(values).allMatch(value -> value == Math.rint(value));
            return new Scale(axis.low(), axis.high(), IDENTITY, Axis::label, integers);
        }
        boolean doubling = high > low
                && Arrays.stream(values)
                        .map(value -> exponent(value / values[0]))
                        .allMatch(exponent -> Math.abs(exponent - Math.rint(exponent)) < ROUNDING);
        if (doubling) { // sizes, for example: only they are marked
            return new Scale(
                    0,
                    exponent(high / low),
                    value -> exponent(value / low),
                    position -> Axis.label(low * Math.pow(2, Math.rint(position))),
                    true);
        }
        return around(Math.log10(low), Math.log10(high), Math::log10, position -> Html.rounded(Math.pow(10, position)));
    }

    private static Scale around(double first, double last, DoubleUnaryOperator to, DoubleFunction<String> label) {
        double margin = Math.max(0.1, MARGIN * (last - first));
        return new Scale(first - margin, last + margin, to, label, false);
    }

    private static double exponent(double ratio) {
        return Math.log(ratio) / Math.log(2);
    }
}
