package dev.assay.audit.run;

import static dev.assay.view.Svg.format;

import dev.assay.view.Axis;
import dev.assay.view.ChartFrame;
import dev.assay.view.CurveChart;
import dev.assay.view.Html;
import java.util.ArrayList;
import java.util.List;

/** Lines over a common axis as an SVG element with a legend. The lines of controls are dashed. */
final class LineChart {
    private static final ChartFrame FRAME = new ChartFrame(420, 330, 52, 12, 10, 40);
    private static final int INTERVALS = 5;

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final Axis x;
    private final Axis y;
    private final List<Line> lines = new ArrayList<>();
    private boolean diagonal;
    private boolean markers;

    LineChart(String title, String xTitle, String yTitle, Axis x, Axis y) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.x = x;
        this.y = y;
    }

    /** A point in the units of the axes. */
    record Point(double x, double y) {}

    private record Line(String name, boolean control, List<Point> points) {}

    LineChart line(String name, boolean control, List<Point> points) {
        lines.add(new Line(name, control, points));
        return this;
    }

    /** Draws the diagonal, on which both axes have the same value. */
    LineChart diagonal() {
        diagonal = true;
        return this;
    }

    /** Marks each point. */
    LineChart markers() {
        markers = true;
        return this;
    }

    /** Returns the chart without its legend. */
    String html() {
        StringBuilder svg = new StringBuilder("<figure><figcaption>").append(Html.escape(title));
        svg.append("</figcaption>").append(FRAME.picture("", title + ": " + yTitle + " over " + xTitle));
        svg.append(FRAME.verticalTicks(y, y.ticks(INTERVALS), Axis::label));
        svg.append(FRAME.horizontalTicks(x, x.ticks(INTERVALS), Axis::label));
        svg.append(FRAME.horizontalLabel(xTitle));
        svg.append(format(
                "<text class=\"middle\" transform=\"translate(12 %.1f) rotate(-90)\">%s</text>",
                FRAME.y(0.5), Html.escape(yTitle)));
        if (diagonal) {
            svg.append(format(
                    "<line class=\"axis\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                    FRAME.x(0), FRAME.y(0), FRAME.x(1), FRAME.y(1)));
        }
        for (int i = lines.size() - 1; i >= 0; i--) { // the first line is on top
            draw(svg, lines.get(i), style(i));
        }
        return svg.append("</svg></figure>").toString();
    }

    private void draw(StringBuilder svg, Line line, String style) {
        svg.append("<g class=\"").append(style).append("\"><title>").append(Html.escape(line.name()));
        svg.append("</title><polyline points=\"");
        for (Point point : line.points()) {
            svg.append(format("%.1f,%.1f ", FRAME.x(x.position(point.x())), FRAME.y(y.position(point.y()))));
        }
        svg.append("\"/>");
        if (markers) {
            for (Point point : line.points()) {
                svg.append(format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\"/>",
                        FRAME.x(x.position(point.x())), FRAME.y(y.position(point.y()))));
            }
        }
        svg.append("</g>");
    }

    private String style(int index) {
        return "line " + CurveChart.seriesClass(index) + (lines.get(index).control() ? " control" : "")
                + (index >= CurveChart.colours() ? " second" : "");
    }

    /** Returns the legend, which charts with the same lines share. */
    String legend() {
        StringBuilder html = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < lines.size(); i++) {
            html.append("<li><svg class=\"chart\" viewBox=\"0 0 30 10\" aria-hidden=\"true\"><g class=\"")
                    .append(style(i))
                    .append("\"><polyline points=\"0,5 30,5\"/></g></svg>")
                    .append(Html.escape(lines.get(i).name()))
                    .append(lines.get(i).control() ? " <span class=\"quiet\">control</span>" : "")
                    .append("</li>");
        }
        return html.append("</ul>").toString();
    }
}
