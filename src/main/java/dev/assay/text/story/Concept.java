package dev.assay.text.story;

import java.util.Objects;

/**
 * A labelled property of some tokens of a generated story.
 *
 * @param name a short name, such as {@code subject-female}
 * @param description one sentence that defines the labelled words
 * @param kind the kind of context that determines it
 */
public record Concept(String name, String description, Kind kind) {
    /** The kind of context that determines a concept. */
    public enum Kind {
        /** The class of the word, independent of context. */
        TOKEN_CLASS,
        /** The word itself, in singular or plural. */
        WORD,
        /** The role of the word in its sentence. */
        ROLE,
        /** The position of the word in the structure of the text. */
        POSITION,
        /** A state that earlier words established and that still holds. */
        STATE
    }

    /** Rejects null. */
    public Concept {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(kind, "kind");
    }
}
