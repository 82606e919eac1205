package dev.assay.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table for a notebook. It takes its colours from the page around it, so that it suits a dark one as well as a light one; its style
 * goes by a class that nothing else has, and it has no ids and no scripts.
 */
public final class HtmlTable implements Displayable {
    /** Names the class twice, which outweighs what JupyterLab says of the tables in its outputs. */
    private static final String STYLE = """
            <style>
            .assay-table.assay-table{overflow-x:auto;margin:.4em 0 .8em}
            .assay-table.assay-table table{border-collapse:collapse;margin:0;border:0;font-size:13px;line-height:1.35;color:inherit}
            .assay-table.assay-table caption{caption-side:top;text-align:left;font-weight:600;padding:0 0 .35em;color:inherit}
            .assay-table.assay-table :is(th,td){padding:.22em .9em .22em 0;border:0;border-bottom:1px solid rgba(128,128,128,.25);\
            text-align:left;vertical-align:baseline;max-width:none;background:none;color:inherit}
            .assay-table.assay-table thead th{font-weight:600;border-bottom-color:rgba(128,128,128,.7);white-space:nowrap}
            .assay-table.assay-table tbody th{font-weight:400;white-space:nowrap}
            .assay-table.assay-table tbody tr:nth-child(n){background:none}
            .assay-table.assay-table tbody tr:nth-child(n):hover{background:rgba(128,128,128,.12)}
            .assay-table.assay-table .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;padding-left:.9em}
            .assay-table.assay-table .t{font-family:ui-monospace,monospace;white-space:pre-wrap}
            .assay-table.assay-table s{text-decoration:none;opacity:.5}
            .assay-table.assay-table p{margin:.5em 0 0;font-size:12px;line-height:1.4;opacity:.75;max-width:60em}
            .assay-table.assay-table summary{cursor:pointer;font-size:13px;font-weight:600}
            </style>""";

    private enum Kind {
        WORDS(""),
        NUMBERS(" class=\"n\""),
        TOKENS(" class=\"t\"");

        private final String attribute;

        Kind(String attribute) {
            this.attribute = attribute;
        }

        private String html(String text) {
            return this == TOKENS ? Html.token(text) : Html.escape(text);
        }
    }

    private record Column(String title, Kind kind) {}

    private final String caption;
    private final List<Column> columns = new ArrayList<>();
    private final List<String[]> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean folded;

    private HtmlTable(String caption) {
        this.caption = caption;
    }

    /**
     * Starts a table.
     *
     * @param caption above it; plain text, as all that follows
     * @return a table without columns
     */
    public static HtmlTable of(String caption) {
        return new HtmlTable(caption);
    }

    /**
     * Puts tables below each other.
     *
     * @param tables what to show
     * @return one element
     */
    public static String stacked(List<HtmlTable> tables) {
        return tables.stream().map(HtmlTable::toHtml).collect(Collectors.joining("\n", "<div>\n", "\n</div>"));
    }

    /**
     * Adds columns of words.
     *
     * @param titles one each
     * @return this
     */
    public HtmlTable words(String... titles) {
        return columns(Kind.WORDS, titles);
    }

    /**
     * Adds columns of numbers, which stand on the right of their columns.
     *
     * @param titles one each
     * @return this
     */
    public HtmlTable numbers(String... titles) {
        return columns(Kind.NUMBERS, titles);
    }

    /**
     * Adds columns of tokens, whose spaces and line breaks can be seen.
     *
     * @param titles one each
     * @return this
     */
    public HtmlTable tokens(String... titles) {
        return columns(Kind.TOKENS, titles);
    }

    private HtmlTable columns(Kind kind, String... titles) {
        for (String title : titles) {
            columns.add(new Column(title, kind));
        }
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells one a column; empty where there is nothing to say
     * @return this
     * @throws IllegalArgumentException if there are more or fewer cells than columns
     */
    public HtmlTable row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.copyOf(cells, cells.length));
        return this;
    }

    /**
     * Adds a line below the table.
     *
     * @param text a sentence
     * @return this
     */
    public HtmlTable note(String text) {
        notes.add(text);
        return this;
    }

    /**
     * Shows the caption alone until it is clicked.
     *
     * @return this
     */
    public HtmlTable folded() {
        folded = true;
        return this;
    }

    @Override
    public String toHtml() {
        StringBuilder html = new StringBuilder("<div class=\"assay-table\">").append(STYLE);
        String title = Html.escape(caption);
        html.append(
                folded
                        ? "<details><summary>" + title + "</summary><table>"
                        : "<table><caption>" + title + "</caption>");
        html.append("<thead><tr>");
        for (Column column : columns) {
            html.append("<th scope=\"col\"").append(column.kind.attribute).append('>');
            html.append(Html.escape(column.title)).append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        rows.forEach(row -> row(html, row));
        html.append("</tbody></table>");
        notes.forEach(note -> html.append("<p>").append(Html.escape(note)).append("</p>"));
        return html.append(folded ? "</details></div>" : "</div>").toString();
    }

    private void row(StringBuilder html, String[] row) {
        html.append("<tr>");
        for (int i = 0; i < row.length; i++) {
            Kind kind = columns.get(i).kind;
            html.append(i == 0 ? "<th scope=\"row\"" : "<td")
                    .append(kind.attribute)
                    .append('>')
                    .append(kind.html(row[i]))
                    .append(i == 0 ? "</th>" : "</td>");
        }
        html.append("</tr>\n");
    }
}
