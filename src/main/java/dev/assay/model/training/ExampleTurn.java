package dev.assay.model.training;

import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;

/**
 * A turn of a supervised example.
 *
 * @param turn the turn
 * @param trained whether the model is trained to write it: its text and the marker after it, but not the marker before it
 */
public record ExampleTurn(Turn turn, boolean trained) {
    /** {@return a turn that the model is trained to write} */
    public static ExampleTurn trained(Role role, String text) {
        return new ExampleTurn(new Turn(role, text), true);
    }

    /** {@return a turn that the model only reads} */
    public static ExampleTurn given(Role role, String text) {
        return new ExampleTurn(new Turn(role, text), false);
    }
}
