package dev.assay.text.document;

import java.io.Serializable;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One text with its origin.
 *
 * @param id origin for people: a file name, with a line number or a part number
 * @param text the characters
 */
public record Document(String id, String text) implements Serializable {
    private static final Pattern FILE = Pattern.compile("(.+?\\.(?:txt|jsonl|parquet)(?:\\.gz|\\.zst)?)(?:[:#].*)?");

    /** Rejects null. */
    public Document {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
    }

    /**
     * Returns the file of the document.
     *
     * @return the file name at the start of the id; empty if the document is not from a file
     */
    public String file() {
        Matcher match = FILE.matcher(id);
        return match.matches() ? match.group(1) : "";
    }
}
