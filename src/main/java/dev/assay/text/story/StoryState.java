package dev.assay.text.story;

/** State that earlier words of a story established: tense, mood, place, and the gender of the main person. */
final class StoryState {
    private static final int NOT_YET = -1;

    private final AnnotatedText pen;
    private final boolean past;

    private boolean tenseKnown;
    private int tenseFrom = NOT_YET;
    private int moodFrom = NOT_YET;
    private boolean happy;
    private int mainFrom = NOT_YET;
    private Gender mainGender;
    private int outdoorsFrom = NOT_YET;

    StoryState(AnnotatedText pen, boolean past) {
        this.pen = pen;
        this.past = past;
    }

    void narrationBegins() {
        tenseFrom = tenseKnown ? pen.next() : NOT_YET;
    }

    void verbComes(int from) {
        if (!tenseKnown) {
            tenseKnown = true;
            tenseFrom = from;
        }
    }

    void narrationPauses() {
        if (!past) {
            pen.mark(Concepts.PRESENT_TENSE, tenseFrom);
        }
        tenseFrom = NOT_YET;
    }

    void moodTold(boolean isHappy, int from) {
        if (moodFrom == NOT_YET || happy != isHappy) {
            // The old mood ends with the last word, before the space after it.
            pen.mark(moodConcept(), moodFrom);
            moodFrom = from;
            happy = isHappy;
        }
    }

    private Concept moodConcept() {
        return happy ? Concepts.MOOD_HAPPY : Concepts.MOOD_SAD;
    }

    void mainPersonNamed(Gender gender, int from) {
        if (mainFrom == NOT_YET) {
            mainFrom = from;
            mainGender = gender;
        }
    }

    void placeNamed(StoryWords.Place place, int from) {
        if (place.outdoors() && outdoorsFrom == NOT_YET) {
            outdoorsFrom = from;
        } else if (!place.outdoors() && outdoorsFrom != NOT_YET) {
            pen.mark(Concepts.OUTDOORS, outdoorsFrom, from - 1);
            outdoorsFrom = NOT_YET;
        }
    }

    /** Ends the story; remaining states extend to its end. */
    void end() {
        pen.mark(moodConcept(), moodFrom);
        pen.mark(Concepts.OUTDOORS, outdoorsFrom);
        if (mainGender == Gender.FEMALE) {
            pen.mark(Concepts.ABOUT_FEMALE, mainFrom);
        } else if (mainGender == Gender.MALE) {
            pen.mark(Concepts.ABOUT_MALE, mainFrom);
        }
    }
}
