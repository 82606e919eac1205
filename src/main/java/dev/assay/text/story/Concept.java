package dev.assay.text.story;

import java.util.Objects;

/**
 * Something that is known to hold at some tokens of a generated story.
 *
 * @param name a short name, such as {@code subject-female}
 * @param description one sentence that says at which words it holds
 * @param kind how much of the text one must have understood to know it
 */
public record Concept(String name, String description, Kind kind) {
    /** What it takes to know a concept. */
    public enum Kind {
        /** The word is one of a class, whatever surrounds it. */
        TOKEN_CLASS,
        /** The word is this one, in singular or plural. */
        WORD,
        /** The word's part in its sentence. */
        ROLE,
        /** Where in the text's structure the word stands. */
        POSITION,
        /** What earlier words have established and still holds. */
        STATE
    }

    /** Checks that everything is there. */
    public Concept {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(kind, "kind");
    }
}
