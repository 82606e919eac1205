package dev.assay.text.story;

import java.util.ArrayList;
import java.util.List;

/**
 * The person or thing that a noun phrase refers to.
 *
 * @param name a proper name or a noun
 * @param gender the pronouns of one such person or thing
 * @param plural whether there are several
 * @param animal whether it is an animal
 */
record Referent(String name, Gender gender, boolean plural, boolean animal) {
    static Referent person(String name, Gender gender) {
        return new Referent(name, gender, false, false);
    }

    static Referent several(String name) {
        return new Referent(name, Gender.NEUTRAL, true, false);
    }

    /** Returns the pronouns; several persons or things have those of the singular "they". */
    Gender pronouns() {
        return plural ? Gender.NEUTRAL : gender;
    }

    /** Returns whether a verb after its name, or after its pronoun, has the plural form. */
    boolean takesPluralVerb(boolean asPronoun) {
        return plural || (asPronoun && gender == Gender.NEUTRAL);
    }

    /** Returns the concepts that hold in a clause with this subject. */
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
