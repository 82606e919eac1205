package dev.assay.view;

import static dev.assay.view.Svg.format;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Draws curves over the steps of a run as inline SVG. Each curve is a line of means; points that summarize several numbers have a band
 * of one standard deviation to both sides. Each line carries its steps and values as attributes, for the page's script.
 */
public final class CurveChart {
    private static final ChartFrame FRAME = new ChartFrame(560, 206, 54, 10, 8, 24);
    private static final int X_INTERVALS = 5;
    private static final int Y_INTERVALS = 4;
    private static final double RATIO_FOR_LOGARITHM = 30;

    private final Map<String, Curve> curves;
    private final Axis x;
    private final Axis y;

    /**
     * Creates a chart.
     *
     * @param curves by name; each has at least one point
     * @param range of the numbers
     * @param lastStep the end of the horizontal axis
     */
    public CurveChart(Map<String, Curve> curves, Range range, long lastStep) {
        this.curves = curves;
        this.x = new Axis(0, Math.max(1, lastStep), false);
        this.y = axis(
                curves.values().stream()
                        .flatMap(curve -> curve.points().stream())
                        .toList(),
                range);
    }

    /** The range of the numbers of a chart. */
    public enum Range {
        /** Any numbers; the axis begins close to the smallest. */
        ANY,
        /** The axis begins at 0. */
        FROM_ZERO,
        /** The axis begins at 0, or is logarithmic if the numbers span decades. */
        MAGNITUDE,
        /** Shares of 1; numbers below 0 are outside the chart. */
        SHARE
    }

    private static Axis axis(List<Curve.Point> points, Range range) {
        double low = points.stream().mapToDouble(Curve.Point::mean).min().orElse(0);
        double high = points.stream().mapToDouble(Curve.Point::mean).max().orElse(1);
        if (spansDecades(points, range)) {
            return Axis.logarithmic(smallestAboveZero(points), high);
        }
        return switch (range) {
            case ANY -> Axis.linear(low, high, Y_INTERVALS);
            case FROM_ZERO, MAGNITUDE -> Axis.linear(Math.min(0, low), high, Y_INTERVALS);
            case SHARE -> Axis.linear(Math.max(0, Math.min(low, 1)), Math.max(0, high), Y_INTERVALS);
        };
    }

    /** {@return the CSS class of a series with an index from 0, which sets its colour} */
    public static String seriesClass(int index) {
        return "c" + (1 + index % ChartColours.SERIES.size());
    }

    /** {@return the number of series with different colours} */
    public static int colours() {
        return ChartColours.SERIES.size();
    }

    /** {@return whether the axis is logarithmic: for magnitudes whose largest is many times the smallest} */
    public static boolean spansDecades(List<Curve.Point> points, Range range) {
        return range == Range.MAGNITUDE
                && points.stream().allMatch(point -> point.mean() >= 0)
                && points.stream().mapToDouble(Curve.Point::mean).max().orElse(0)
                        > RATIO_FOR_LOGARITHM * smallestAboveZero(points);
    }

    /** {@return the smallest positive mean} */
    public static double smallestAboveZero(List<Curve.Point> points) {
        return points.stream()
                .mapToDouble(Curve.Point::mean)
                .filter(mean -> mean > 0)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }

    /**
     * Draws the chart.
     *
     * @param title its description for screen readers
     * @return an SVG element
     */
    public String svg(String title) {
        StringBuilder svg = FRAME.picture("", title);
        svg.append(FRAME.verticalTicks(y, y.ticks(Y_INTERVALS), Axis::label));
        svg.append(FRAME.horizontalTicks(x, x.ticks(X_INTERVALS), Axis::label));
        int number = 0;
        for (Map.Entry<String, Curve> curve : curves.entrySet()) {
            List<Curve.Point> points = curve.getValue().points().stream()
                    .filter(point -> !y.logarithmic() || point.mean() > 0)
                    .toList();
            svg.append(format("<g class=\"%s\">", seriesClass(number++)));
            if (points.stream().anyMatch(point -> point.count() > 1)) {
                svg.append("<path class=\"band\" d=\"").append(band(points)).append("\"/>");
            }
            svg.append("<polyline data-name=\"").append(Html.escape(curve.getKey()));
            svg.append("\" data-steps=\"").append(joined(points, CurveChart::steps));
            svg.append("\" data-values=\"").append(joined(points, point -> format("%.4g", point.mean())));
            svg.append("\" points=\"").append(joined(points, point -> point(point.step(), point.mean())));
            svg.append("\"/>");
            if (points.size() == 1) { // a line needs two
                Curve.Point only = points.get(0);
                svg.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", xOf(only.step()), yOf(only.mean())));
            }
            svg.append("</g>");
        }
        return svg.append("</svg>").toString();
    }

    private static String joined(List<Curve.Point> points, Function<Curve.Point, String> text) {
        return points.stream().map(text).collect(Collectors.joining(" "));
    }

    private static String steps(Curve.Point point) {
        return point.count() == 1 ? "" + point.lastStep() : point.firstStep() + "–" + point.lastStep();
    }

    private String band(List<Curve.Point> points) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            path.append(i == 0 ? 'M' : 'L').append(edge(points.get(i), 1));
        }
        for (int i = points.size() - 1; i >= 0; i--) {
            path.append('L').append(edge(points.get(i), -1));
        }
        return path.append('z').toString();
    }

    private String edge(Curve.Point point, int side) {
        return point(point.step(), point.mean() + side * Math.sqrt(point.variance()));
    }

    private String point(double step, double value) {
        return format("%.1f,%.1f", xOf(step), yOf(value));
    }

    private double xOf(double step) {
        return FRAME.x(x.position(step));
    }

    /** Numbers beyond the axis are drawn at its end. */
    private double yOf(double value) {
        double position = y.logarithmic() && value <= 0 ? 0 : y.position(value);
        return FRAME.y(Math.max(0, Math.min(1, position)));
    }
}
