package dev.assay.view;

/** A result that notebooks show as HTML and consoles as readable text. */
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
     * @return the same as {@link #toString()}
     */
    default String toText() {
        return toString();
    }

    /**
     * Renders the result in plain text. JShell, debuggers and kernels that do not know this interface print it, so each implementation
     * overrides the list of fields that a record would print.
     *
     * @return readable text
     */
    @Override
    String toString();
}
