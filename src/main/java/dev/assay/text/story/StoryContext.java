package dev.assay.text.story;

import java.util.List;

/** What a story is about. Its choices stay for the whole story, save the place and the mood, which may change. */
final class StoryContext {
    private final StoryWords words;
    private final StoryRandom dice;

    final boolean past;
    final Referent main;
    final Referent friend;
    final StoryWords.Noun pet;
    final StoryWords.Noun herd;
    final StoryWords.Noun treasure;
    final String treasureColour;
    final String season;
    final String sky;

    private StoryWords.Place place;
    private boolean happy;

    StoryContext(StoryWords words, StoryRandom dice) {
        this.words = words;
        this.dice = dice;
        past = dice.chance(0.6);
        main = person();
        friend = anotherPerson();
        pet = words.noun(dice.pick(words.list("pet")));
        herd = dice.pickOther(words.nouns("animal"), List.of(pet));
        treasure = dice.pick(words.nouns("object"));
        treasureColour = dice.pick(words.list("colour"));
        season = dice.pick(words.list("season"));
        sky = dice.pick(words.list("sky"));
        place = dice.pick(words.places());
        happy = dice.chance(0.5);
    }

    private Referent person() {
        int draw = dice.between(0, 99);
        if (draw < 45) {
            return Referent.person(dice.pick(words.list("female-name")), Gender.FEMALE);
        }
        return draw < 90
                ? Referent.person(dice.pick(words.list("male-name")), Gender.MALE)
                : Referent.person(dice.pick(words.list("neutral-name")), Gender.NEUTRAL);
    }

    /** Draws a friend, more often than not of another gender, so that a pronoun can tell the two apart. */
    private Referent anotherPerson() {
        boolean other = dice.chance(0.7);
        Referent drawn = person();
        while (drawn.name().equals(main.name()) || (other && drawn.gender() == main.gender())) {
            drawn = person();
        }
        return drawn;
    }

    StoryWords.Place place() {
        return place;
    }

    /** Moves the story to a place where it is not yet. */
    void move() {
        place = dice.pickOther(words.places(), List.of(place));
    }

    /** Moves the story to a place under the open sky. */
    void moveOutdoors() {
        place = dice.pick(words.outdoorPlaces());
    }

    boolean happy() {
        return happy;
    }

    void turn() {
        happy = !happy;
    }
}
