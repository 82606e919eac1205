package dev.assay.text.document;

import java.util.Objects;

/**
 * A piece of text that belongs together.
 *
 * @param id where it is from, for people: a file name, with a line number or a part number
 * @param text its characters
 */
public record Document(String id, String text) {
    /** Checks that both are there. */
    public Document {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
    }
}
