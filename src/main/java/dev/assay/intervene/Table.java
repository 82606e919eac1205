package dev.assay.intervene;

import dev.assay.view.Html;
import dev.assay.view.PlainText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Rows under headings, as text or as HTML. In HTML all style stands on the elements themselves: nothing outside is touched, no id is
 * needed, and what has no background of its own is readable on light and on dark.
 */
public final class Table {
    private static final String CELL = "padding:.2em .7em;text-align:%s;vertical-align:top;white-space:pre-wrap;%s";
    private static final String LINE = "border-bottom:1px solid rgba(128,128,128,.35);";

    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();

    /** Creates a table with the given column headings. */
    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /**
     * One cell.
     *
     * @param text what stands in it
     * @param number whether it stands to the right
     * @param tint −1 to 1, how strongly it is coloured: blue below 0, red above
     */
    public record Cell(String text, boolean number, double tint) {
        /** {@return a cell of plain text} */
        public static Cell text(String text) {
            return new Cell(text, false, 0);
        }

        /** {@return a cell that shows a token with its white space visible} */
        public static Cell token(String text) {
            return new Cell(PlainText.visible(text), false, 0);
        }

        /** {@return a cell of an integer} */
        public static Cell count(long number) {
            return new Cell(Long.toString(number), true, 0);
        }

        /** {@return a cell of a real number} */
        public static Cell number(double number) {
            return tinted(number, 0);
        }

        /** A number beside the largest size of its kind. */
        public static Cell signed(double number, double largest) {
            return tinted(number, largest == 0 ? 0 : number / largest);
        }

        private static Cell tinted(double number, double tint) {
            String text = Double.isNaN(number) ? "–" : String.format(Locale.ROOT, "%.4f", number);
            return new Cell(text.equals("-0.0000") ? "0.0000" : text, true, tint);
        }
    }

    /**
     * Adds a row.
     *
     * @return this
     */
    public Table row(Cell... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** Returns the table in columns of equal width, each line ended. */
    public String toText() {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(
                    columns(headings.get(i)),
                    rows.stream()
                            .mapToInt(row -> columns(row.get(column).text()))
                            .max()
                            .orElse(0));
        }
        StringBuilder text = new StringBuilder();
        boolean[] right = new boolean[widths.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = !rows.isEmpty() && rows.get(0).get(i).number();
        }
        appendLine(text, headings, right, widths);
        for (List<Cell> row : rows) {
            appendLine(text, row.stream().map(Cell::text).toList(), right, widths);
        }
        return text.toString();
    }

    private static void appendLine(StringBuilder text, List<String> cells, boolean[] right, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(widths[i] - columns(cells.get(i)));
            line.append(i == 0 ? "" : "  ").append(right[i] ? space + cells.get(i) : cells.get(i) + space);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static int columns(String text) {
        return text.codePointCount(0, text.length());
    }

    /** {@return the table as an HTML fragment} */
    public String toHtml() {
        StringBuilder html = new StringBuilder(
                "<table style=\"border-collapse:collapse;font-size:.92em;margin:.6em 0\"><thead><tr>");
        for (int i = 0; i < headings.size(); i++) {
            boolean right = !rows.isEmpty() && rows.get(0).get(i).number();
            html.append("<th scope=\"col\" style=\"font-weight:600;")
                    .append(style(right, LINE))
                    .append("\">")
                    .append(Html.escape(headings.get(i)))
                    .append("</th>");
        }
        html.append("</tr></thead><tbody>");
        for (List<Cell> row : rows) {
            html.append("<tr>");
            for (Cell cell : row) {
                html.append("<td style=\"")
                        .append(style(cell.number(), tint(cell.tint())))
                        .append("\">")
                        .append(Html.escape(cell.text()))
                        .append("</td>");
            }
            html.append("</tr>");
        }
        return html.append("</tbody></table>").toString();
    }

    private static String style(boolean right, String more) {
        return String.format(Locale.ROOT, CELL, right ? "right;font-variant-numeric:tabular-nums" : "left", more);
    }

    /** Returns a background that is the stronger the farther a number is from 0. */
    public static String tint(double tint) {
        double strength = Math.min(1, Math.abs(tint));
        if (strength < 0.01) {
            return "";
        }
        String colour = tint > 0 ? "214,69,65" : "52,120,200";
        return String.format(Locale.ROOT, "background:rgba(%s,%.2f);", colour, 0.55 * strength);
    }

    /** Returns paragraphs and tables as one element. */
    public static String section(String title, String... parts) {
        return "<section style=\"font-family:system-ui,sans-serif;line-height:1.45;overflow-x:auto\">"
                + "<h3 style=\"margin:.4em 0;font-size:1.1em\">" + Html.escape(title) + "</h3>"
                + String.join("", Arrays.asList(parts)) + "</section>";
    }

    /** Returns tables side by side where there is room. */
    public static String beside(Table... tables) {
        StringBuilder html =
                new StringBuilder("<div style=\"display:flex;flex-wrap:wrap;gap:0 2.5em;align-items:flex-start\">");
        for (Table table : tables) {
            html.append(table.toHtml());
        }
        return html.append("</div>").toString();
    }

    /** {@return an HTML paragraph} */
    public static String paragraph(String text) {
        return "<p style=\"margin:.3em 0;white-space:pre-wrap\">" + Html.escape(text) + "</p>";
    }
}
