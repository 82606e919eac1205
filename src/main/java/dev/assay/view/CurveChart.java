package dev.assay.view;

import static dev.assay.view.Svg.format;
import static dev.assay.view.Svg.line;
import static dev.assay.view.Svg.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Draws curves over the steps of a run into one inline SVG: for each a line of the means, over a band of one standard deviation to both
 * sides where a point stands for several numbers. Each line carries its steps and values, for the page's script.
 */
public final class CurveChart {
    private static final double WIDTH = 560;
    private static final double HEIGHT = 206;
    private static final double LEFT = 54;
    private static final double RIGHT = WIDTH - 10;
    private static final double TOP = 8;
    private static final double BOTTOM = HEIGHT - 24;
    private static final int X_INTERVALS = 5;
    private static final int Y_INTERVALS = 4;
    private static final double RATIO_FOR_LOGARITHM = 30;

    private final Map<String, Curve> curves;
    private final Axis x;
    private final Axis y;

    /**
     * Lays out a chart.
     *
     * @param curves by what they are called; each has at least one point
     * @param range of the numbers
     * @param lastStep where the axis of the steps ends
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

    /** Which numbers a chart is about. */
    public enum Range {
        /** Any. */
        ANY,
        /** From 0. */
        FROM_ZERO,
        /** From 0, over so many powers of ten perhaps that a logarithmic axis is better. */
        MAGNITUDE,
        /** A share of 1: what is below 0 is beyond the chart. */
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

    /** Tells whether a logarithmic axis is better: for magnitudes whose largest is many times the smallest. */
    public static boolean spansDecades(List<Curve.Point> points, Range range) {
        return range == Range.MAGNITUDE
                && points.stream().allMatch(point -> point.mean() >= 0)
                && points.stream().mapToDouble(Curve.Point::mean).max().orElse(0)
                        > RATIO_FOR_LOGARITHM * smallestAboveZero(points);
    }

    /** The smallest of the means that has a logarithm. */
    public static double smallestAboveZero(List<Curve.Point> points) {
        return points.stream()
                .mapToDouble(Curve.Point::mean)
                .filter(mean -> mean > 0)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** The chart as an element. */
    public String svg(String title) {
        StringBuilder svg = new StringBuilder(
                format("<svg class=\"chart\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", WIDTH, HEIGHT));
        svg.append(Html.escape(title)).append("\">");
        for (double tick : y.ticks(Y_INTERVALS)) {
            svg.append(line("grid", LEFT, yOf(tick), RIGHT, yOf(tick)));
            svg.append(text("tick end", LEFT - 7, yOf(tick) + 4, label(tick)));
        }
        svg.append(line("axis", LEFT, BOTTOM, RIGHT, BOTTOM));
        for (double tick : x.ticks(X_INTERVALS)) {
            svg.append(line("axis", xOf(tick), BOTTOM, xOf(tick), BOTTOM + 4));
            svg.append(text("tick middle", xOf(tick), BOTTOM + 17, label(tick)));
        }
        int number = 1;
        for (Map.Entry<String, Curve> curve : curves.entrySet()) {
            List<Curve.Point> points = curve.getValue().points().stream()
                    .filter(point -> !y.logarithmic() || point.mean() > 0)
                    .toList();
            svg.append(format("<g class=\"c%d\">", number++));
            if (points.stream().anyMatch(point -> point.count() > 1)) {
                svg.append("<path class=\"band\" d=\"").append(band(points)).append("\"/>");
            }
            svg.append("<polyline data-name=\"").append(Html.escape(curve.getKey()));
            svg.append("\" data-steps=\"").append(joined(points, CurveChart::steps));
            svg.append("\" data-values=\"").append(joined(points, point -> format("%.4g", point.mean())));
            svg.append("\" points=\"").append(joined(points, point -> place(point.step(), point.mean())));
            svg.append("\"/>");
            if (points.size() == 1) { // of which there is no line yet
                Curve.Point only = points.get(0);
                svg.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", xOf(only.step()), yOf(only.mean())));
            }
            svg.append("</g>");
        }
        return svg.append("</svg>").toString();
    }

    private static String joined(List<Curve.Point> points, Function<Curve.Point, String> what) {
        return points.stream().map(what).collect(Collectors.joining(" "));
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
        return place(point.step(), point.mean() + side * Math.sqrt(point.variance()));
    }

    private String place(double step, double value) {
        return format("%.1f,%.1f", xOf(step), yOf(value));
    }

    private double xOf(double step) {
        return LEFT + x.place(step) * (RIGHT - LEFT);
    }

    /** What is beyond the axis lies on its end. */
    private double yOf(double value) {
        double place = y.logarithmic() && value <= 0 ? 0 : y.place(value);
        return BOTTOM - Math.max(0, Math.min(1, place)) * (BOTTOM - TOP);
    }

    /** A round number, short: 20k for 20,000. */
    private static String label(double tick) {
        double size = Math.abs(tick);
        if (size != 0 && size < 1e-4) {
            return format("%.0e", tick).replace("e-0", "e-").replace('-', '−');
        }
        double unit = size >= 1e9 ? 1e9 : size >= 1e6 ? 1e6 : size >= 1e4 ? 1e3 : 1;
        String letter = unit == 1e9 ? "G" : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
        BigDecimal number =
                new BigDecimal(tick / unit).round(new MathContext(6)).stripTrailingZeros();
        return number.toPlainString().replace('-', '−') + letter;
    }
}
