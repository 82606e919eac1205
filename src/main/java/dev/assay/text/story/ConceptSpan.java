package dev.assay.text.story;

/**
 * Characters of a story at which a concept holds.
 *
 * @param concept what holds
 * @param start the first UTF-16 unit
 * @param end one past the last UTF-16 unit, greater than {@code start}
 */
public record ConceptSpan(Concept concept, int start, int end) {
    /** Checks the order. */
    public ConceptSpan {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("span of " + concept.name() + " from " + start + " to " + end);
        }
    }
}
