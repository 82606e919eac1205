package dev.assay.feature.report;

import dev.assay.feature.store.Example;
import dev.assay.view.Html;
import java.util.List;

/**
 * Pieces of the elements that a notebook shows. Their styles reach what has their class alone, they have no ids, no scripts, and take the
 * colours of the page around them, so that any number of them stand on one light or dark page.
 */
public final class HtmlFragment {
    /** Names the class twice, which outweighs what JupyterLab says of the tables in its outputs. */
    private static final String STYLE = """
            .assay-fragment.assay-fragment{font:14px/1.5 system-ui,sans-serif;max-width:72em}
            .assay-fragment.assay-fragment h4{margin:1em 0 .3em;font-size:1em}
            .assay-fragment.assay-fragment p{margin:.3em 0}
            .assay-fragment.assay-fragment .quiet{opacity:.65}
            .assay-fragment.assay-fragment table{border-collapse:collapse;margin:.3em 0}
            .assay-fragment.assay-fragment th,.assay-fragment.assay-fragment td{text-align:left;padding:.2em .7em .2em 0;vertical-align:top;border:0;\
            border-bottom:1px solid rgba(128,128,128,.25);background:none;color:inherit;max-width:none}
            .assay-fragment.assay-fragment tbody tr:nth-child(n){background:none}
            .assay-fragment.assay-fragment th{font-weight:600}
            .assay-fragment.assay-fragment .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            .assay-fragment.assay-fragment .t{font-family:ui-monospace,monospace;font-size:.92em;white-space:pre-wrap;word-break:break-word}
            .assay-fragment.assay-fragment .t b{font-weight:inherit;border-radius:2px}
            .assay-fragment.assay-fragment .t u{text-decoration:none;font-weight:700;border-bottom:2px solid}
            .assay-fragment.assay-fragment s{text-decoration:none;opacity:.5}
            .assay-fragment.assay-fragment code{background:rgba(128,128,128,.16);border-radius:3px;padding:0 .25em;margin-right:.3em;color:inherit}
            """;

    private HtmlFragment() {}

    /** Returns a section with its style. */
    public static String of(String body) {
        return "<section class=\"assay-fragment\"><style>" + STYLE + "</style>" + body + "</section>";
    }

    /** Returns a token with its activation as a shade from 0 to the maximum. */
    public static String shaded(String token, double value, double maximum) {
        return value > 0 ? coloured(token, "242,140,40", value / maximum, Html.number(value)) : Html.running(token);
    }

    /** Returns a token with a background as strong as a share from 0 to 1, and a title. */
    static String coloured(String token, String rgb, double share, String title) {
        long percent = Math.max(8, Math.min(100, Math.round(100 * share)));
        return "<b style=\"background:rgba(" + rgb + "," + percent * 0.0075 + ")\" title=\"" + Html.escape(title)
                + "\">" + Html.running(token) + "</b>";
    }

    /** Returns an example as running text, its peak underlined. */
    public static String example(Example example, double maximum) {
        float[] values = example.values();
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            String token = shaded(example.tokens().get(i), values[i], maximum);
            html.append(i == example.peak() ? "<u>" + token + "</u>" : token);
        }
        return html.toString();
    }

    /** Returns tokens by themselves. */
    public static String tokens(List<String> tokens) {
        StringBuilder html = new StringBuilder();
        tokens.forEach(token -> html.append("<code>").append(Html.token(token)).append("</code>"));
        return html.toString();
    }

    /** Returns a head of a table; a name that begins with # is that of a column of numbers. */
    public static String head(String... names) {
        StringBuilder html = new StringBuilder("<thead><tr>");
        for (String name : names) {
            boolean number = name.startsWith("#");
            html.append(number ? "<th class=\"n\">" : "<th>")
                    .append(Html.escape(number ? name.substring(1) : name))
                    .append("</th>");
        }
        return html.append("</tr></thead>").toString();
    }

    /** Returns a cell with a number, empty for NaN. */
    public static String cell(double number) {
        return "<td class=\"n\">" + (Double.isNaN(number) ? "" : Html.number(number)) + "</td>";
    }
}
