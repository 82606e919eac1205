package dev.assay.text.story;

/**
 * A span of a story with a concept.
 *
 * @param concept the concept
 * @param start the first UTF-16 unit
 * @param end the exclusive end in UTF-16 units, greater than {@code start}
 */
public record ConceptSpan(Concept concept, int start, int end) {
    /** Checks the order. */
    public ConceptSpan {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("span of " + concept.name() + " from " + start + " to " + end);
        }
    }
}
