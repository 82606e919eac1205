package dev.assay.text.story;

import java.util.List;

/**
 * A generated story with concept labels.
 *
 * @param text the story
 * @param spans spans of concepts in UTF-16 units of the text, in the order of their starts
 */
public record Story(String text, List<ConceptSpan> spans) {
    /** Copies the list. */
    public Story {
        spans = List.copyOf(spans);
    }
}
