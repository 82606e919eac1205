package dev.assay.view;

import static dev.assay.view.Svg.format;
import static dev.assay.view.Svg.line;

/** A drawing area with its margins, in the units of the view box. */
public record ChartFrame(double width, double height, double left, double right, double top, double bottom) {
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

    /** The place of a share of the width. */
    public double x(double share) {
        return left + share * plotWidth();
    }

    /** The place of a share of the height. */
    public double y(double share) {
        return bottomLine() - share * plotHeight();
    }

    /** Opens a picture that is one thing to a screen reader. */
    public StringBuilder picture(String style, String title) {
        return open(style, "img", title);
    }

    /** Opens a picture whose parts can be chosen one by one. */
    public StringBuilder group(String style, String title) {
        return open(style, "group", title);
    }

    private StringBuilder open(String style, String role, String title) {
        return new StringBuilder(format(
                "<svg class=\"chart %s\" viewBox=\"0 0 %.0f %.0f\" role=\"%s\" aria-label=\"%s\">",
                style, width, height, role, Html.escape(title)));
    }

    /** {@return an SVG line along the bottom edge} */
    public String baseLine() {
        return line("axis", left, bottomLine(), rightEnd(), bottomLine());
    }
}
