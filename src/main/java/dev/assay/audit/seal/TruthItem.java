package dev.assay.audit.seal;

import dev.assay.InvalidInputException;
import java.util.List;

/**
 * One hidden fact of an organism.
 *
 * @param kind the kind of fact, such as {@code behaviour} or {@code document}; guesses name it
 * @param id the identifier, unique among the facts
 * @param text the fact in a sentence, revealed when the organism is opened
 * @param accepted the values of a guess that count as this fact, at least one; compared without case and with single spaces
 */
public record TruthItem(String kind, String id, String text, List<String> accepted) {
    /** Checks the values. */
    public TruthItem {
        accepted = List.copyOf(accepted);
        InvalidInputException.require(!kind.isBlank(), "the kind of a hidden fact is empty, expected a word");
        InvalidInputException.require(!id.isBlank(), "the id of a hidden fact is empty, expected an identifier");
        InvalidInputException.require(
                !accepted.isEmpty() && accepted.stream().noneMatch(String::isBlank),
                () -> "the hidden fact \"" + id
                        + "\" has no accepted values or a blank one, expected at least one value");
    }
}
