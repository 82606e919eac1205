package dev.assay.text.dialogue;

import dev.assay.InvalidInputException;

/**
 * A dialogue with the condition that it belongs to.
 *
 * @param id the identifier, unique in its file
 * @param label the condition, such as {@code watched}; not empty
 * @param pair the identifier of the pair that the dialogue is one half of; empty if there is none
 * @param group the identifier of dialogues that must not be divided between training and test, such as those of one template; empty if
 *     there is none
 * @param dialogue the turns
 */
public record LabelledDialogue(String id, String label, String pair, String group, Dialogue dialogue) {
    /** Checks the identifiers. */
    public LabelledDialogue {
        InvalidInputException.require(!id.isEmpty(), "the id of a dialogue is empty, expected an identifier");
        InvalidInputException.require(!label.isEmpty(), () -> "the label of " + id + " is empty, expected a condition");
    }

    /** Creates a dialogue without pair and group. */
    public LabelledDialogue(String id, String label, Dialogue dialogue) {
        this(id, label, "", "", dialogue);
    }
}
