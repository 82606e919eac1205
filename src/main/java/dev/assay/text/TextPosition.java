package dev.assay.text;

import java.io.Serializable;

/**
 * A position between two contexts of a corpus. A {@link ContextReader} can return to it without tokenising earlier documents.
 *
 * @param context the number of contexts before it
 * @param document the index of its document
 * @param token the number of tokens of that document before it
 */
public record TextPosition(long context, long document, int token) implements Serializable {
    /** The first context. */
    public static final TextPosition START = new TextPosition(0, 0, 0);
}
