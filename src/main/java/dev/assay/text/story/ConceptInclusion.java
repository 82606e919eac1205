package dev.assay.text.story;

import java.util.ArrayList;
import java.util.List;

/**
 * Two concepts of which one includes the other by definition: every token of the child is a token of the parent.
 *
 * @param parent the more general concept
 * @param child the more specific concept
 */
public record ConceptInclusion(Concept parent, Concept child) {
    private static final List<ConceptInclusion> ALL = all(
            of(Concepts.PERSON_NAME, Concepts.FEMALE_NAME, Concepts.MALE_NAME),
            of(Concepts.PRONOUN, Concepts.FEMALE_PRONOUN, Concepts.MALE_PRONOUN),
            of(
                    Concepts.COLOUR,
                    Concepts.RED_WORD,
                    Concepts.BLUE_WORD,
                    Concepts.GREEN_WORD,
                    Concepts.YELLOW_WORD,
                    Concepts.WHITE_WORD,
                    Concepts.BLACK_WORD),
            of(Concepts.ANIMAL, Concepts.DOG_WORD, Concepts.CAT_WORD, Concepts.BIRD_WORD),
            of(Concepts.NUMBER, Concepts.TWO_WORD, Concepts.THREE_WORD),
            of(Concepts.OBJECT_NOUN, Concepts.BALL_WORD),
            of(Concepts.QUOTATION, Concepts.SPEAKER_FEMALE, Concepts.SPEAKER_MALE));

    /**
     * Returns the inclusions among the concepts of generated stories.
     *
     * @return the children of a parent are adjacent
     */
    public static List<ConceptInclusion> all() {
        return ALL;
    }

    /** {@return the index of the parent in {@link StoryCorpus#concepts()}} */
    public int parentIndex() {
        return Concepts.place(parent);
    }

    /** {@return the index of the child in {@link StoryCorpus#concepts()}} */
    public int childIndex() {
        return Concepts.place(child);
    }

    private static List<ConceptInclusion> of(Concept parent, Concept... children) {
        List<ConceptInclusion> inclusions = new ArrayList<>();
        for (Concept child : children) {
            inclusions.add(new ConceptInclusion(parent, child));
        }
        return inclusions;
    }

    @SafeVarargs
    private static List<ConceptInclusion> all(List<ConceptInclusion>... parents) {
        List<ConceptInclusion> all = new ArrayList<>();
        for (List<ConceptInclusion> children : parents) {
            all.addAll(children);
        }
        return List.copyOf(all);
    }
}
