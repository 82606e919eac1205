package dev.assay.text.story;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Writes the words and punctuation of a story with spacing and capitalisation, and records the spans of concepts. */
final class AnnotatedText {
    private final StoryWords words;
    private final StringBuilder text = new StringBuilder();
    private final List<ConceptSpan> spans = new ArrayList<>();

    /** Whether the next word follows without a space. */
    private boolean joined = true;

    private boolean sentenceStarts = true;

    AnnotatedText(StoryWords words) {
        this.words = words;
    }

    /** Returns the start of the next word. */
    int next() {
        return text.length() + (joined ? 0 : 1);
    }

    int end() {
        return text.length();
    }

    /** Returns the text from an offset on. */
    String since(int from) {
        return from >= text.length() ? "" : text.substring(from);
    }

    /** Marks a concept from an offset to the end of the text; does nothing for an empty span. */
    void mark(Concept concept, int from) {
        mark(concept, from, text.length());
    }

    void mark(Concept concept, int from, int to) {
        if (from >= 0 && to > from) {
            spans.add(new ConceptSpan(concept, from, to));
        }
    }

    void startSentence() {
        sentenceStarts = true;
    }

    /** Writes a word, marks its own concepts, and returns its start. */
    int word(String word) {
        if (!joined) {
            text.append(' ');
        }
        int start = text.length();
        text.append(word);
        joined = false;
        // A sentence can start with a capitalised entry such as "Two animals" that the list of words has in lower case.
        String known = words.concepts(word).isEmpty() ? word.toLowerCase(Locale.ROOT) : word;
        words.concepts(known).forEach(concept -> mark(concept, start));
        if (sentenceStarts) {
            text.setCharAt(start, Character.toUpperCase(text.charAt(start)));
            mark(Concepts.SENTENCE_START, start);
            sentenceStarts = false;
        }
        return start;
    }

    /** Writes a punctuation mark after a word. */
    void sign(char sign) {
        text.append(sign);
        boolean comma = sign == ',';
        mark(comma ? Concepts.COMMA : Concepts.SENTENCE_END, text.length() - 1);
        joined = false;
        sentenceStarts |= !comma;
    }

    void openQuotation() {
        opening('"', Concepts.OPENING_QUOTE);
        sentenceStarts = true;
    }

    /** Closes a quotation. A quotation never ends the sentence that contains it. */
    void closeQuotation() {
        closing('"', Concepts.CLOSING_QUOTE);
        sentenceStarts = false;
    }

    void openBracket() {
        opening('(', Concepts.OPENING_BRACKET);
    }

    void closeBracket() {
        closing(')', Concepts.CLOSING_BRACKET);
    }

    private void opening(char sign, Concept concept) {
        int start = next();
        if (!joined) {
            text.append(' ');
        }
        text.append(sign);
        mark(concept, start);
        joined = true;
    }

    private void closing(char sign, Concept concept) {
        text.append(sign);
        mark(concept, text.length() - 1);
        joined = false;
    }

    Story story() {
        spans.sort(Comparator.comparingInt(ConceptSpan::start).thenComparingInt(ConceptSpan::end));
        return new Story(text.toString(), spans);
    }
}
