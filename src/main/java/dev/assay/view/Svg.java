package dev.assay.view;

import java.util.Locale;

/** Elements of inline SVG charts. Their classes refer to the style sheet of the page. */
public final class Svg {
    private Svg() {}

    /**
     * Draws a straight line.
     *
     * @param style its class
     * @param x1 the start
     * @param y1 the start
     * @param x2 the end
     * @param y2 the end
     * @return the element
     */
    public static String line(String style, double x1, double y1, double x2, double y2) {
        return format("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", style, x1, y1, x2, y2);
    }

    /**
     * Writes text.
     *
     * @param style its class
     * @param x of its anchor
     * @param y of its baseline
     * @param content any text
     * @return the element
     */
    public static String text(String style, double x, double y, String content) {
        return format("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", style, x, y) + Html.escape(content) + "</text>";
    }

    /**
     * Formats numbers for SVG, independent of the locale.
     *
     * @param pattern of {@link String#format}
     * @param values its arguments
     * @return the text
     */
    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
