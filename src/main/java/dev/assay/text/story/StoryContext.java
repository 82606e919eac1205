package dev.assay.text.story;

import java.util.List;

/** Persons, things, place and mood of a story. Place and mood can change within the story, all else is fixed. */
final class StoryContext {
    private final StoryWords words;
    private final StoryRandom random;

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

    StoryContext(StoryWords words, StoryRandom random) {
        this.words = words;
        this.random = random;
        past = random.chance(0.6);
        main = person();
        friend = anotherPerson();
        pet = words.noun(random.pick(words.list("pet")));
        herd = random.pickOther(words.nouns("animal"), List.of(pet));
        treasure = random.pick(words.nouns("object"));
        treasureColour = random.pick(words.list("colour"));
        season = random.pick(words.list("season"));
        sky = random.pick(words.list("sky"));
        place = random.pick(words.places());
        happy = random.chance(0.5);
    }

    private Referent person() {
        int draw = random.between(0, 99);
        if (draw < 45) {
            return Referent.person(random.pick(words.list("female-name")), Gender.FEMALE);
        }
        return draw < 90
                ? Referent.person(random.pick(words.list("male-name")), Gender.MALE)
                : Referent.person(random.pick(words.list("neutral-name")), Gender.NEUTRAL);
    }

    /** Draws a friend. The probability favours another gender, so that pronouns can distinguish the two. */
    private Referent anotherPerson() {
        boolean other = random.chance(0.7);
        Referent drawn = person();
        while (drawn.name().equals(main.name()) || (other && drawn.gender() == main.gender())) {
            drawn = person();
        }
        return drawn;
    }

    StoryWords.Place place() {
        return place;
    }

    /** Moves the story to another place. */
    void move() {
        place = random.pickOther(words.places(), List.of(place));
    }

    /** Moves the story to an outdoor place. */
    void moveOutdoors() {
        place = random.pick(words.outdoorPlaces());
    }

    boolean happy() {
        return happy;
    }

    void turn() {
        happy = !happy;
    }
}
