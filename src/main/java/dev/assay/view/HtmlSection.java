package dev.assay.view;

/**
 * A piece of a notebook's page made of headings, paragraphs and tables. All elements share one style, which applies only below the
 * class of the section. It has no ids and no scripts and inherits the colours of the page, so that any number of sections can be shown
 * on a light or dark page.
 */
public final class HtmlSection implements Displayable {
    /** The selector repeats its class to outweigh the rules of JupyterLab for tables in outputs. */
    private static final String STYLE = rules("""
            {font:13px/1.45 system-ui,sans-serif;color:inherit;overflow-x:auto;margin:.4em 0 .8em}
             h4{margin:1em 0 .3em;font-size:14px}
             p{margin:.4em 0;max-width:72em;white-space:pre-wrap}
             .quiet{opacity:.65}
             table{border-collapse:collapse;margin:.3em 0;border:0;font-size:inherit;color:inherit}
             caption{caption-side:top;text-align:left;font-weight:600;padding:0 0 .35em;color:inherit}
             :is(th,td){padding:.22em .9em .22em 0;border:0;border-bottom:1px solid rgba(128,128,128,.25);\
            text-align:left;vertical-align:baseline;max-width:none;background:none;color:inherit}
             thead th{font-weight:600;border-bottom-color:rgba(128,128,128,.7);white-space:nowrap}
             tbody th{font-weight:400;white-space:nowrap}
             tbody tr:nth-child(n){background:none}
             tbody tr:nth-child(n):hover{background:rgba(128,128,128,.12)}
             .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;padding-left:.9em}
             .t{font-family:ui-monospace,monospace;font-size:.95em;white-space:pre-wrap;word-break:break-word}
             .t :is(b,span){font-weight:inherit;border-radius:2px}
             .t u{text-decoration:none;font-weight:700;border-bottom:2px solid}
             s{text-decoration:none;opacity:.5}
             code{background:rgba(128,128,128,.16);border-radius:3px;padding:0 .25em;margin-right:.3em;color:inherit}
             :is(table + p,details p){font-size:12px;opacity:.75;max-width:60em}
             summary{cursor:pointer;font-weight:600}
             .row{display:flex;flex-wrap:wrap;gap:0 2.5em;align-items:flex-start}
            """);

    private final StringBuilder body = new StringBuilder();
    private final StringBuilder text = new StringBuilder();

    private HtmlSection() {}

    private static String rules(String rules) {
        return rules.lines()
                .map(rule -> ".assay-output.assay-output" + rule + "\n")
                .reduce("", String::concat);
    }

    /** {@return a section that begins with a heading} */
    public static HtmlSection titled(String heading) {
        return new HtmlSection().heading(heading);
    }

    /** {@return a section of tables, one below the other} */
    public static HtmlSection of(Table... tables) {
        HtmlSection section = new HtmlSection();
        for (Table table : tables) {
            section.table(table);
        }
        return section;
    }

    /**
     * Adds a heading.
     *
     * @param text plain text
     * @return this
     */
    public HtmlSection heading(String text) {
        return block("<h4>" + Html.escape(text) + "</h4>", text + '\n');
    }

    /**
     * Adds a paragraph.
     *
     * @param text plain text
     * @return this
     */
    public HtmlSection paragraph(String text) {
        return block("<p>" + Html.escape(text) + "</p>", text + '\n');
    }

    /**
     * Adds a paragraph of tokens, such as a shaded prompt.
     *
     * @param markup the tokens, escaped
     * @return this
     */
    public HtmlSection tokens(String markup) {
        return block("<p class=\"t\">" + markup + "</p>", Html.plain(markup) + '\n');
    }

    /**
     * Adds a table.
     *
     * @param table its caption, rows and notes
     * @return this
     */
    public HtmlSection table(Table table) {
        return block(table.markup(), table.captionedText());
    }

    /**
     * Adds tables next to each other where the page is wide enough.
     *
     * @param tables at least one
     * @return this
     */
    public HtmlSection sideBySide(Table... tables) {
        StringBuilder row = new StringBuilder("<div class=\"row\">");
        StringBuilder lines = new StringBuilder();
        for (Table table : tables) {
            row.append("<div>").append(table.markup()).append("</div>");
            lines.append(lines.isEmpty() ? "" : "\n").append(table.captionedText());
        }
        return block(row.append("</div>").toString(), lines.toString());
    }

    private HtmlSection block(String markup, String plain) {
        body.append(markup).append('\n');
        text.append(text.isEmpty() ? "" : "\n").append(plain);
        return this;
    }

    @Override
    public String toHtml() {
        return "<div class=\"assay-output\"><style>\n" + STYLE + "</style>\n" + body + "</div>";
    }

    /** Returns the headings, paragraphs and tables as lines, each ended, with an empty line between them. */
    @Override
    public String toString() {
        return text.toString();
    }
}
