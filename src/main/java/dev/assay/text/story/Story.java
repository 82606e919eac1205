package dev.assay.text.story;

import java.util.List;

/**
 * A generated story and what is known of its words.
 *
 * @param text the story
 * @param spans where which concept holds, in UTF-16 units of the text, in the order of their starts
 */
public record Story(String text, List<ConceptSpan> spans) {
    /** Copies the list. */
    public Story {
        spans = List.copyOf(spans);
    }
}
