package dev.assay.text.story;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The vocabulary of the stories by class. A word with a higher probability is listed several times. */
final class StoryWords {
    /** The forms of a noun. */
    record Noun(String singular, String plural) {}

    /** The forms of a verb. */
    record Verb(String base, String third, String past) {}

    /** A place with its preposition. */
    record Place(String preposition, String noun, boolean outdoors) {
        String where() {
            return preposition + " the " + noun;
        }
    }

    static final List<String> NOUN_CLASSES = List.of(
            "female-role",
            "male-role",
            "neutral-role",
            "female-kin",
            "male-kin",
            "other-person",
            "animal",
            "object",
            "other-thing");

    static final StoryWords ALL = new StoryWords(StoryResource.lines("story-words.txt"));

    private final Map<String, List<String>> entries = new LinkedHashMap<>();
    private final Map<String, Verb> verbs = new HashMap<>();
    private final Map<String, List<Noun>> nouns = new HashMap<>();
    private final List<Place> places = new ArrayList<>();
    private final List<Place> outdoorPlaces;
    private final Map<String, Referent> referents = new HashMap<>();
    private final Map<String, List<Concept>> concepts;

    private StoryWords(List<String> lines) {
        for (String line : lines) {
            String[] parts = line.split(": +", 2);
            for (String word : parts[1].split(" +")) {
                add(parts[0], word);
            }
        }
        for (String verbClass : List.of("give", "speech", "motion", "verb")) {
            for (String entry : list(verbClass)) {
                String[] forms = entry.split("/");
                verbs.put(forms[0], new Verb(forms[0], forms[1], forms[2]));
            }
        }
        addNouns("female-role", Gender.FEMALE, false);
        addNouns("female-kin", Gender.FEMALE, false);
        addNouns("male-role", Gender.MALE, false);
        addNouns("male-kin", Gender.MALE, false);
        addNouns("neutral-role", Gender.NEUTRAL, false);
        addNouns("other-person", Gender.NEUTRAL, false);
        addNouns("animal", Gender.THING, true);
        addNouns("object", Gender.THING, false);
        addNouns("other-thing", Gender.THING, false);
        addPlaces("outdoor-place", true);
        addPlaces("indoor-place", false);
        outdoorPlaces = places.stream().filter(Place::outdoors).toList();
        concepts = StoryWordConcepts.of(this);
    }

    private void add(String wordClass, String weighted) {
        String[] parts = weighted.split("\\*");
        int times = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
        entries.computeIfAbsent(wordClass, name -> new ArrayList<>()).addAll(Collections.nCopies(times, parts[0]));
    }

    private void addNouns(String nounClass, Gender gender, boolean animal) {
        List<Noun> list = new ArrayList<>();
        for (String entry : list(nounClass)) {
            String[] forms = entry.split("/");
            list.add(new Noun(forms[0], forms[1]));
            referents.put(forms[0], new Referent(forms[0], gender, false, animal));
            referents.put(forms[1], new Referent(forms[1], gender, true, animal));
        }
        nouns.put(nounClass, List.copyOf(list));
    }

    private void addPlaces(String placeClass, boolean outdoors) {
        for (String entry : list(placeClass)) {
            String[] parts = entry.split("/");
            places.add(new Place(parts[0], parts[1], outdoors));
        }
    }

    /** Returns the entries of a class as written in the file. */
    List<String> list(String wordClass) {
        return entries.get(wordClass);
    }

    List<Noun> nouns(String nounClass) {
        return nouns.get(nounClass);
    }

    Noun noun(String singular) {
        return nouns.values().stream()
                .flatMap(List::stream)
                .filter(noun -> noun.singular().equals(singular))
                .findFirst()
                .orElseThrow();
    }

    List<Place> places() {
        return places;
    }

    List<Place> outdoorPlaces() {
        return outdoorPlaces;
    }

    Verb verb(String base) {
        Verb verb = verbs.get(base);
        if (verb == null) {
            throw new IllegalStateException("the vocabulary of the stories has no verb \"" + base + "\"");
        }
        return verb;
    }

    /** Returns the referent of a noun, or null if the word is not a person, an animal or an object. */
    Referent referent(String noun) {
        return referents.get(noun);
    }

    /** Returns the concepts of a word independent of context. */
    List<Concept> concepts(String word) {
        return concepts.getOrDefault(word, List.of());
    }
}
