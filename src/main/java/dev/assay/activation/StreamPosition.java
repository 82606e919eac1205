package dev.assay.activation;

import dev.assay.text.TextPosition;
import java.io.Serializable;

/**
 * A position in a stream of activations, from which a stream can be opened again.
 *
 * @param epoch the number of complete passes over the corpus
 * @param context the number of contexts read in this epoch
 * @param document the document of the next context; 0 for streams that do not read text
 * @param token the number of tokens read in that document
 */
public record StreamPosition(long epoch, long context, long document, int token) implements Serializable {
    /** The first row of the first epoch. */
    public static final StreamPosition START = of(0, TextPosition.START);

    /**
     * Returns the position of a text in an epoch.
     *
     * @param epoch the number of complete passes over the corpus
     * @param text the position of the next context
     * @return the position
     */
    public static StreamPosition of(long epoch, TextPosition text) {
        return new StreamPosition(epoch, text.context(), text.document(), text.token());
    }

    TextPosition text() {
        return new TextPosition(context, document, token);
    }
}
