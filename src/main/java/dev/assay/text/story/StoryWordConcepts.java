package dev.assay.text.story;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Concepts of words independent of context. */
final class StoryWordConcepts {
    private final StoryWords words;
    private final Map<String, List<Concept>> concepts = new HashMap<>();

    private StoryWordConcepts(StoryWords words) {
        this.words = words;
    }

    static Map<String, List<Concept>> of(StoryWords words) {
        StoryWordConcepts made = new StoryWordConcepts(words);
        made.classes();
        made.singleWords();
        made.plurals();
        return made.concepts;
    }

    private void classes() {
        Map<String, List<Concept>> ofClass = new LinkedHashMap<>();
        ofClass.put("female-name", List.of(Concepts.PERSON_NAME, Concepts.FEMALE_NAME));
        ofClass.put("male-name", List.of(Concepts.PERSON_NAME, Concepts.MALE_NAME));
        ofClass.put("neutral-name", List.of(Concepts.PERSON_NAME));
        ofClass.put("female-pronoun", List.of(Concepts.FEMALE_PRONOUN));
        ofClass.put("male-pronoun", List.of(Concepts.MALE_PRONOUN));
        ofClass.put("pronoun", List.of(Concepts.PRONOUN));
        ofClass.put("animal", List.of(Concepts.ANIMAL));
        ofClass.put("object", List.of(Concepts.OBJECT_NOUN));
        ofClass.put("colour", List.of(Concepts.COLOUR));
        ofClass.put("number", List.of(Concepts.NUMBER));
        ofClass.put("happy-feeling", List.of(Concepts.FEELING));
        ofClass.put("sad-feeling", List.of(Concepts.FEELING));
        ofClass.put("quality", List.of(Concepts.QUALITY));
        ofClass.put("temper", List.of(Concepts.QUALITY));
        ofClass.put("weather-word", List.of(Concepts.WEATHER));
        ofClass.put("time-word", List.of(Concepts.TIME));
        ofClass.put("negation", List.of(Concepts.NEGATION));
        ofClass.put("give", List.of(Concepts.GIVING_VERB));
        ofClass.put("speech", List.of(Concepts.SPEECH_VERB));
        ofClass.put("motion", List.of(Concepts.MOTION_VERB));
        ofClass.forEach((wordClass, carried) -> words.list(wordClass).stream()
                .flatMap(entry -> List.of(entry.split("/")).stream())
                .forEach(form -> carried.forEach(concept -> put(form, concept))));
        words.places().forEach(place -> put(place.noun(), Concepts.PLACE));
    }

    private void singleWords() {
        for (Concept concept : Concepts.ALL) {
            if (concept.kind() == Concept.Kind.WORD) {
                put(concept.name().substring(Concepts.WORD_PREFIX.length()), concept);
            }
        }
    }

    private void plurals() {
        for (String nounClass : StoryWords.NOUN_CLASSES) {
            words.nouns(nounClass).forEach(noun -> put(noun.plural(), Concepts.PLURAL_NOUN));
        }
    }

    private void put(String word, Concept concept) {
        List<Concept> list = concepts.computeIfAbsent(word, key -> new ArrayList<>());
        if (!list.contains(concept)) {
            list.add(concept);
        }
    }
}
