package dev.assay.text.story;

import java.util.ArrayList;
import java.util.List;

/**
 * Who or what a noun phrase speaks of.
 *
 * @param name how it is called: a name, or a noun
 * @param gender which pronouns stand for one of it
 * @param plural whether it is more than one
 * @param animal whether it is an animal
 */
record Referent(String name, Gender gender, boolean plural, boolean animal) {
    static Referent person(String name, Gender gender) {
        return new Referent(name, gender, false, false);
    }

    static Referent several(String name) {
        return new Referent(name, Gender.NEUTRAL, true, false);
    }

    /** The pronouns: those of several persons or things are those of the singular "they". */
    Gender pronouns() {
        return plural ? Gender.NEUTRAL : gender;
    }

    /** Whether a verb behind its name, or behind its pronoun, takes the plural form. */
    boolean takesPluralVerb(boolean asPronoun) {
        return plural || (asPronoun && gender == Gender.NEUTRAL);
    }

    /** What holds in a clause of which this is the subject. */
    List<Concept> statesAsSubject() {
        List<Concept> states = new ArrayList<>();
        if (plural) {
            states.add(Concepts.SUBJECT_PLURAL);
        } else if (gender == Gender.FEMALE) {
            states.add(Concepts.SUBJECT_FEMALE);
        } else if (gender == Gender.MALE) {
            states.add(Concepts.SUBJECT_MALE);
        }
        if (animal) {
            states.add(Concepts.SUBJECT_ANIMAL);
        }
        return states;
    }
}
