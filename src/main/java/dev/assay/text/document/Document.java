package dev.assay.text.document;

import java.util.Objects;

/**
 * One text with its origin.
 *
 * @param id origin for people: a file name, with a line number or a part number
 * @param text the characters
 */
public record Document(String id, String text) {
    /** Rejects null. */
    public Document {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
    }
}
