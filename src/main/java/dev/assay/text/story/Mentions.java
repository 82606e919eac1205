package dev.assay.text.story;

import java.util.HashMap;
import java.util.Map;

/** Remembers who was spoken of, and so tells where a pronoun is clear. */
final class Mentions {
    /** Whom a pronoun stands for: the last one mentioned that it fits. */
    private final Map<String, Referent> lastOfPronoun = new HashMap<>();

    /** In which sentence a person was last mentioned. */
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

    /** A subject may be a pronoun where it goes on from the sentence before. */
    boolean clearAsSubject(Referent person) {
        return person.equals(lastSubject) && isLast(person);
    }

    /** An object may be a pronoun where the subject takes another: "she gave her the ball" would not say who is who. */
    boolean clearAsObject(Referent person, Referent subject) {
        boolean recent = mentionedIn.containsKey(person) && sentence - mentionedIn.get(person) <= 1;
        return recent && isLast(person) && subject != null && subject.pronouns() != person.pronouns();
    }

    private boolean isLast(Referent person) {
        return person.equals(lastOfPronoun.get(person.pronouns().subject()));
    }
}
