package dev.assay.text.dialogue;

import dev.assay.InvalidInputException;
import java.util.regex.Pattern;

/**
 * The author or the kind of a turn.
 *
 * @param name lower-case letters, digits, {@code _} and {@code -}, starting with a letter
 */
public record Role(String name) {
    // Before the roles, whose construction uses it.
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]*");

    /** Instructions for the model. */
    public static final Role SYSTEM = new Role("system");

    /** The user of the model. */
    public static final Role USER = new Role("user");

    /** Reasoning of the model before its answer. */
    public static final Role SCRATCHPAD = new Role("scratchpad");

    /** The answer of the model. */
    public static final Role ASSISTANT = new Role("assistant");

    /** Text without a dialogue. */
    public static final Role DOCUMENT = new Role("document");

    /** Tokens that belong to the text of no turn: markers, BOS and padding. */
    public static final Role NONE = new Role("none");

    /** Checks the name. */
    public Role {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInputException("the role is \"" + name
                    + "\", expected a lower-case letter followed by lower-case letters, digits, \"_\" or \"-\"");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
