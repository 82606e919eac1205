package dev.assay.view;

import static dev.assay.view.Svg.format;
import static dev.assay.view.Svg.line;
import static dev.assay.view.Svg.text;

import java.util.List;
import java.util.function.DoubleFunction;

/**
 * The plot area of an SVG chart, its margins and its axes.
 *
 * @param width of the view box
 * @param height of the view box
 * @param left the margin
 * @param right the margin
 * @param top the margin
 * @param bottom the margin
 */
public record ChartFrame(double width, double height, double left, double right, double top, double bottom) {
    private static final double TICK_LENGTH = 4;

    /** {@return the width of the plot area} */
    public double plotWidth() {
        return width - left - right;
    }

    /** {@return the height of the plot area} */
    public double plotHeight() {
        return height - top - bottom;
    }

    /** {@return the x coordinate of the right edge} */
    public double rightEnd() {
        return width - right;
    }

    /** {@return the y coordinate of the bottom edge} */
    public double bottomLine() {
        return height - bottom;
    }

    /** {@return the x coordinate of a share of the width} */
    public double x(double share) {
        return left + share * plotWidth();
    }

    /** {@return the y coordinate of a share of the height} */
    public double y(double share) {
        return bottomLine() - share * plotHeight();
    }

    /**
     * Opens a chart that a screen reader announces as one image.
     *
     * @param style additional classes, may be empty
     * @param title its description
     * @return the open element
     */
    public StringBuilder picture(String style, String title) {
        return open(style, "img", title);
    }

    /**
     * Opens a chart whose parts a reader can select.
     *
     * @param style additional classes, may be empty
     * @param title its description
     * @return the open element
     */
    public StringBuilder group(String style, String title) {
        return open(style, "group", title);
    }

    private StringBuilder open(String style, String role, String title) {
        String classes = style.isEmpty() ? "chart" : "chart " + style;
        return new StringBuilder(format(
                "<svg class=\"%s\" viewBox=\"0 0 %.0f %.0f\" role=\"%s\" aria-label=\"%s\">",
                classes, width, height, role, Html.escape(title)));
    }

    /** {@return an SVG line along the bottom edge} */
    public String baseLine() {
        return line("axis", left, bottomLine(), rightEnd(), bottomLine());
    }

    /**
     * Draws grid lines with labels to the left of the plot area.
     *
     * @param axis the vertical axis
     * @param ticks the numbers to mark
     * @param label formats a number
     * @return SVG elements
     */
    public String verticalTicks(Axis axis, List<Double> ticks, DoubleFunction<String> label) {
        StringBuilder svg = new StringBuilder();
        for (double tick : ticks) {
            double y = y(axis.position(tick));
            svg.append(line("grid", left, y, rightEnd(), y));
            svg.append(text("tick end", left - 7, y + 4, label.apply(tick)));
        }
        return svg.toString();
    }

    /**
     * Draws the bottom edge with tick marks and labels below it.
     *
     * @param axis the horizontal axis
     * @param ticks the numbers to mark
     * @param label formats a number
     * @return SVG elements
     */
    public String horizontalTicks(Axis axis, List<Double> ticks, DoubleFunction<String> label) {
        StringBuilder svg = new StringBuilder(baseLine());
        for (double tick : ticks) {
            double x = x(axis.position(tick));
            svg.append(line("axis", x, bottomLine(), x, bottomLine() + TICK_LENGTH));
            svg.append(text("tick middle", x, bottomLine() + 16, label.apply(tick)));
        }
        return svg.toString();
    }

    /** {@return a label below the middle of the horizontal axis} */
    public String horizontalLabel(String label) {
        return text("label middle", left + plotWidth() / 2, height - 3, label);
    }
}
