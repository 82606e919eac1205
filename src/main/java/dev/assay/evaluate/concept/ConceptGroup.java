package dev.assay.evaluate.concept;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Concepts that exclude each other: a token belongs to the class of a concept if it has no other concept of the group.
 *
 * @param name the name in tables
 * @param concepts names of concepts
 */
record ConceptGroup(String name, List<String> concepts) {
    private static final List<ConceptGroup> ALL = List.of(
            new ConceptGroup(
                    ConceptAblation.WORD_CLASSES,
                    List.of(
                            "person-name",
                            "pronoun",
                            "animal",
                            "object-noun",
                            "place",
                            "colour",
                            "quality",
                            "giving-verb",
                            "speech-verb",
                            "motion-verb")),
            new ConceptGroup(ConceptAblation.ROLES, List.of("subject", "object", "recipient", "place-phrase")));

    static List<ConceptGroup> all() {
        return ALL;
    }

    /** Returns the tokens of each class, by concept. */
    Map<String, int[]> tokens(long... labels) {
        Map<String, int[]> tokens = new LinkedHashMap<>();
        for (String concept : concepts) {
            TokenFilter alone = concepts.stream()
                    .filter(other -> !other.equals(concept))
                    .map(TokenFilter::lacks)
                    .reduce(TokenFilter.has(concept), TokenFilter::and);
            tokens.put(concept, alone.tokens(labels));
        }
        return tokens;
    }
}
