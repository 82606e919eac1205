package dev.assay.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A table that prints as aligned text and as HTML for a notebook. Columns have headings and an alignment; cells are typed, so that a
 * number or a token is formatted once for both.
 *
 * <pre>{@code
 * Table table = Table.of("Dictionaries").words("name").numbers("L0")
 *         .row(Table.Cell.text("topk"), Table.Cell.number("%.1f", 32));
 * }</pre>
 */
public final class Table implements Displayable {
    private final String caption;
    private final List<Column> columns = new ArrayList<>();
    private final List<Cell[]> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private TextLayout layout = TextLayout.DEFAULT;
    private boolean folded;

    private Table(String caption) {
        this.caption = caption;
    }

    private record Column(String heading, boolean number) {}

    /**
     * The content of one cell.
     *
     * @param text the content in plain text, on one line
     * @param html the same as markup
     * @param monospaced whether HTML shows it in a monospaced font
     * @param tint −1 to 1: the background is blue below 0 and red above, stronger the larger the size; 0 for none
     */
    public record Cell(String text, String html, boolean monospaced, double tint) {
        /** A cell without content. */
        public static final Cell EMPTY = text("");

        /** {@return a cell of plain text} */
        public static Cell text(String text) {
            return html(text, Html.escape(text));
        }

        /** {@return a cell of a token, with its white space visible} */
        public static Cell token(String text) {
            return new Cell(PlainText.token(text), Html.token(text), true, 0);
        }

        /** {@return a cell of running text, with its line breaks visible} */
        public static Cell running(String text) {
            return new Cell(PlainText.visible(text), Html.running(text), true, 0);
        }

        /** {@return a cell of several tokens, each delimited} */
        public static Cell tokens(List<String> tokens) {
            return html(TextColumns.bracketed(tokens), Html.tokens(tokens));
        }

        /** {@return a cell of an integer, such as an index} */
        public static Cell integer(long number) {
            return text(Long.toString(number));
        }

        /** {@return a cell of a count, with a separator between thousands} */
        public static Cell count(long number) {
            return text(Html.count(number));
        }

        /**
         * Formats a number.
         *
         * @param pattern of {@link String#format}
         * @param number any number; NaN becomes a dash, infinity its sign
         * @return the cell
         */
        public static Cell number(String pattern, double number) {
            if (!Double.isFinite(number)) {
                return text(Html.notFinite(number));
            }
            String text = String.format(Locale.ROOT, pattern, number);
            // A number that rounds to zero has no sign.
            String plain = text.matches("-0\\.?0*") ? text.substring(1) : text;
            return html(plain, Html.escape(plain).replace('-', '−'));
        }

        /** {@return a cell of a number with four decimals; NaN becomes a dash} */
        public static Cell number(double number) {
            return number("%.4f", number);
        }

        /**
         * Formats a share as a percentage.
         *
         * @param share 1 for the whole; NaN becomes a dash, infinity its sign
         * @param decimals the decimals in plain text; HTML shows three significant digits
         * @return the cell
         */
        public static Cell percent(double share, int decimals) {
            if (!Double.isFinite(share)) {
                return text(Html.notFinite(share));
            }
            return html(String.format(Locale.ROOT, "%." + decimals + "f%%", 100 * share), Html.percent(share));
        }

        /** {@return a cell of a number with three or four significant digits; NaN becomes a dash} */
        public static Cell significant(double number) {
            return text(Html.number(number));
        }

        /** {@return a cell whose markup, already escaped, differs from its plain text} */
        public static Cell html(String text, String html) {
            return new Cell(text, html, false, 0);
        }

        /** {@return the cell in a monospaced font} */
        public Cell monospace() {
            return new Cell(text, html, true, tint);
        }

        /**
         * Returns the cell with a coloured background.
         *
         * @param number the number that the background shows
         * @param largest the largest size of such numbers; 0 leaves the background as it is
         * @return a new cell
         */
        public Cell tinted(double number, double largest) {
            return new Cell(text, html, monospaced, largest == 0 ? 0 : number / largest);
        }
    }

    /**
     * The layout of a table in plain text.
     *
     * @param indent the spaces before each line
     * @param gap the fewest spaces between columns
     * @param widths the fewest characters of each column; missing entries are 0
     */
    private record TextLayout(int indent, int gap, int[] widths) {
        private static final TextLayout DEFAULT = new TextLayout(0, 2, new int[0]);

        private int width(int column) {
            return column < widths.length ? widths[column] : 0;
        }
    }

    /**
     * Creates a table without columns.
     *
     * @param caption plain text above the table in HTML; empty for none
     * @return the table
     */
    public static Table of(String caption) {
        return new Table(caption);
    }

    /**
     * Adds columns that are aligned to the left.
     *
     * @param headings one per column
     * @return this
     */
    public Table words(String... headings) {
        return columns(false, headings);
    }

    /**
     * Adds columns that are aligned to the right.
     *
     * @param headings one per column
     * @return this
     */
    public Table numbers(String... headings) {
        return columns(true, headings);
    }

    private Table columns(boolean number, String... headings) {
        for (String heading : headings) {
            columns.add(new Column(heading, number));
        }
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells one per column
     * @return this
     * @throws IllegalArgumentException if the number of cells differs from the number of columns
     */
    public Table row(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.copyOf(cells, cells.length));
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells one per column
     * @return this
     * @throws IllegalArgumentException if the number of cells differs from the number of columns
     */
    public Table row(List<Cell> cells) {
        return row(cells.toArray(Cell[]::new));
    }

    /**
     * Adds a line of text below the table in HTML.
     *
     * @param text a sentence
     * @return this
     */
    public Table note(String text) {
        notes.add(text);
        return this;
    }

    /**
     * Makes HTML show only the caption until a reader opens the table.
     *
     * @return this
     */
    public Table folded() {
        folded = true;
        return this;
    }

    /**
     * Sets the layout in plain text. By default columns are as wide as their content and two spaces apart.
     *
     * @param indent the spaces before each line
     * @param gap the fewest spaces between columns
     * @param widths the fewest characters of the first columns
     * @return this
     */
    public Table textLayout(int indent, int gap, int... widths) {
        layout = new TextLayout(indent, gap, widths.clone());
        return this;
    }

    /** Returns the headings and rows as aligned lines, each ended. A table with empty headings has no line for them. */
    @Override
    public String toString() {
        return toText(columns.stream().map(Column::heading).toArray(String[]::new));
    }

    /**
     * Returns the rows as aligned lines below other headings than those of HTML.
     *
     * @param headings one per column
     * @return lines, each ended
     */
    public String toText(String... headings) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(layout.width(i), TextColumns.width(headings[i]));
            for (Cell[] row : rows) {
                widths[i] = Math.max(widths[i], TextColumns.width(row[i].text));
            }
        }
        StringBuilder text = new StringBuilder();
        if (Arrays.stream(headings).anyMatch(heading -> !heading.isEmpty())) {
            line(text, headings, widths);
        }
        for (Cell[] row : rows) {
            line(text, Arrays.stream(row).map(Cell::text).toArray(String[]::new), widths);
        }
        return text.toString();
    }

    /** Returns the caption, the rows and the notes, as HTML shows them. */
    String captionedText() {
        StringBuilder text = new StringBuilder(caption.isEmpty() ? "" : caption + '\n').append(this);
        notes.forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    private void line(StringBuilder text, String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder(" ".repeat(layout.indent));
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(widths[i] - TextColumns.width(cells[i]));
            line.append(i == 0 ? "" : " ".repeat(layout.gap))
                    .append(columns.get(i).number ? space + cells[i] : cells[i] + space);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    @Override
    public String toHtml() {
        return HtmlSection.of(this).toHtml();
    }

    /** The table as markup without its style. */
    String markup() {
        StringBuilder html = new StringBuilder();
        String title = Html.escape(caption);
        html.append(folded ? "<details><summary>" + title + "</summary><table>" : "<table>");
        html.append(folded || caption.isEmpty() ? "" : "<caption>" + title + "</caption>");
        html.append("<thead><tr>");
        for (Column column : columns) {
            html.append("<th scope=\"col\"").append(column.number ? " class=\"n\">" : ">");
            html.append(Html.escape(column.heading)).append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        rows.forEach(row -> row(html, row));
        html.append("</tbody></table>");
        notes.forEach(note -> html.append("<p>").append(Html.escape(note)).append("</p>"));
        return html.append(folded ? "</details>" : "").toString();
    }

    private void row(StringBuilder html, Cell[] row) {
        html.append("<tr>");
        for (int i = 0; i < row.length; i++) {
            Cell cell = row[i];
            String tint = Shading.signed(cell.tint);
            html.append(i == 0 ? "<th scope=\"row\"" : "<td")
                    .append(columns.get(i).number ? " class=\"n\"" : cell.monospaced ? " class=\"t\"" : "")
                    .append(tint.isEmpty() ? "" : " style=\"" + tint + "\"")
                    .append('>')
                    .append(cell.html)
                    .append(i == 0 ? "</th>" : "</td>");
        }
        html.append("</tr>\n");
    }
}
