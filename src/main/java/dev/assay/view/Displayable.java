package dev.assay.view;

/** A result that notebooks show as HTML. */
public interface Displayable {
    /**
     * Renders a self-contained fragment of HTML: it needs no network, its styles apply only to itself, its ids are unique even if it is
     * shown repeatedly, and it is readable without scripts.
     *
     * @return one element
     */
    String toHtml();

    /**
     * Renders the result in plain text, for places that do not show HTML.
     *
     * @return plain text
     */
    default String toText() {
        return toString();
    }
}
