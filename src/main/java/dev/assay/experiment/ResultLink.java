package dev.assay.experiment;

import dev.assay.view.Html;

/**
 * A link in a table of results.
 *
 * @param text the text of the link
 * @param target a path relative to the folder of results, with an optional fragment, or a URL
 */
public record ResultLink(String text, String target) {
    String html() {
        return "<a href=\"" + Html.escape(target) + "\">" + Html.escape(text) + "</a>";
    }
}
