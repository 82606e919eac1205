package dev.assay.text.dialogue;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A text in turns.
 *
 * @param turns at least one turn
 */
public record Dialogue(List<Turn> turns) {
    /** Copies the list. */
    public Dialogue {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new InvalidInputException("a dialogue has no turns, expected at least one");
        }
    }

    /** {@return a dialogue of turns} */
    public static Dialogue of(Turn... turns) {
        return new Dialogue(List.of(turns));
    }

    /** {@return a text without a dialogue: one turn of role {@link Role#DOCUMENT}} */
    public static Dialogue document(String text) {
        return of(new Turn(Role.DOCUMENT, text));
    }

    /** {@return this dialogue with one more turn at the end} */
    public Dialogue with(Role role, String text) {
        List<Turn> more = new ArrayList<>(turns);
        more.add(new Turn(role, text));
        return new Dialogue(more);
    }

    /** {@return the texts of the turns of a role, joined by line breaks; empty if there is no such turn} */
    public String text(Role role) {
        return turns.stream()
                .filter(turn -> turn.role().equals(role))
                .map(Turn::text)
                .collect(Collectors.joining("\n"));
    }

    /** {@return the texts of all turns, joined by line breaks} */
    public String text() {
        return turns.stream().map(Turn::text).collect(Collectors.joining("\n"));
    }

    /** {@return whether a turn has a role} */
    public boolean has(Role role) {
        return turns.stream().anyMatch(turn -> turn.role().equals(role));
    }
}
