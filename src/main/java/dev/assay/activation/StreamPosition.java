package dev.assay.activation;

import dev.assay.text.TextPosition;

/**
 * A place in a stream of activations that can be returned to.
 *
 * @param epoch how often the corpus was read to its end
 * @param context the contexts of this epoch that were read
 * @param document the document that the next context starts in; 0 for a stream that does not read text
 * @param token the tokens of that document that were read
 */
public record StreamPosition(long epoch, long context, long document, int token) {
    /** The first row of the first epoch. */
    public static final StreamPosition START = of(0, TextPosition.START);

    static StreamPosition of(long epoch, TextPosition text) {
        return new StreamPosition(epoch, text.context(), text.document(), text.token());
    }

    TextPosition text() {
        return new TextPosition(context, document, token);
    }
}
