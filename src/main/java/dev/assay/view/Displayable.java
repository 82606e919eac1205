package dev.assay.view;

/** What a notebook shows as a piece of a page. */
public interface Displayable {
    /**
     * Renders a fragment of HTML that stands by itself: no network, styles that touch nothing outside it, ids that occur once in a
     * page however often it is shown, and readable where scripts are stripped.
     *
     * @return one element
     */
    String toHtml();

    /**
     * Renders the same in words, for where HTML is not shown.
     *
     * @return plain text
     */
    default String toText() {
        return toString();
    }
}
