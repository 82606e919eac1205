package dev.assay.text.story;

import java.util.HashMap;
import java.util.Map;

/** Records mentions of persons and things, to decide whether a pronoun is unambiguous. */
final class Mentions {
    /** Referent of each pronoun: the last mentioned one with that pronoun. */
    private final Map<String, Referent> lastOfPronoun = new HashMap<>();

    /** The sentence of the last mention of each person. */
    private final Map<Referent, Integer> mentionedIn = new HashMap<>();

    private Referent lastSubject;
    private int sentence;

    void nextSentence() {
        sentence++;
    }

    void add(Referent referent) {
        if (referent.gender() != Gender.THING || referent.plural()) {
            lastOfPronoun.put(referent.pronouns().subject(), referent);
            mentionedIn.put(referent, sentence);
        }
    }

    void subjectOfMainClause(Referent referent) {
        lastSubject = referent;
    }

    /** Returns whether a pronoun is clear as a subject, which requires that it continues the sentence before. */
    boolean clearAsSubject(Referent person) {
        return person.equals(lastSubject) && isLast(person);
    }

    /** Returns whether a pronoun is clear as an object, which requires another pronoun for the subject: not "she gave her the ball". */
    boolean clearAsObject(Referent person, Referent subject) {
        boolean recent = mentionedIn.containsKey(person) && sentence - mentionedIn.get(person) <= 1;
        return recent && isLast(person) && subject != null && subject.pronouns() != person.pronouns();
    }

    private boolean isLast(Referent person) {
        return person.equals(lastOfPronoun.get(person.pronouns().subject()));
    }
}
