package dev.assay.text;

/**
 * A place between the contexts of a corpus that a {@link ContextReader} can return to without tokenising what is before it.
 *
 * @param context the contexts before it
 * @param document the index of the document that it is in
 * @param token the tokens of that document before it
 */
public record TextPosition(long context, long document, int token) {
    /** The first context. */
    public static final TextPosition START = new TextPosition(0, 0, 0);
}
