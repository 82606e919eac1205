package dev.assay.text.dialogue;

import dev.assay.InvalidInputException;
import java.util.Objects;

/**
 * A part of a dialogue.
 *
 * @param role its author or kind, not {@link Role#NONE}
 * @param text its text, without markers; may be empty
 */
public record Turn(Role role, String text) {
    /** Checks the role. */
    public Turn {
        Objects.requireNonNull(text, "text");
        if (role.equals(Role.NONE)) {
            throw new InvalidInputException("a turn has the role none, which is reserved for markers and padding");
        }
    }
}
