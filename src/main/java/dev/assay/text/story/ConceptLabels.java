package dev.assay.text.story;

import dev.assay.InvalidInputException;
import dev.assay.text.ContextPacker;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.tokenizer.Encoding;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;

/**
 * Labels the tokens of generated stories with concepts. A token has a concept if one of its characters, other than white space, is
 * within a span of the concept. Concepts are numbered by their index in {@link StoryCorpus#concepts()}.
 */
public final class ConceptLabels {
    private final Tokenizer tokenizer;

    private ConceptLabels(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Creates the labels for a tokenizer.
     *
     * @param tokenizer tokenizes the stories
     * @return the labels
     */
    public static ConceptLabels of(Tokenizer tokenizer) {
        return new ConceptLabels(tokenizer);
    }

    /**
     * Labels one story.
     *
     * @param story a story
     * @return its tokens with their concepts
     */
    public LabelledTokens label(Story story) {
        Encoding encoding = tokenizer.encodeWithOffsets(story.text());
        long[] ofCharacter = bitsOfCharacters(story);
        long[] labels = new long[encoding.length()];
        for (int token = 0; token < labels.length; token++) {
            for (int i = encoding.starts()[token]; i < encoding.ends()[token]; i++) {
                labels[token] |= ofCharacter[i];
            }
        }
        return new LabelledTokens(encoding.ids(), labels);
    }

    /**
     * Reads the contexts of a corpus of stories with labels: the same contexts in the same order as {@link Corpus#read(Split)}. BOS and
     * end-of-text tokens have no concepts.
     *
     * @param corpus a corpus whose source is a {@link StoryCorpus}
     * @param split the stories to read
     * @return a reader that the caller closes
     * @throws InvalidInputException if the corpus has another source
     * @throws IOException if reading fails
     */
    public static LabelledReader read(Corpus corpus, Split split) throws IOException {
        if (!(corpus.source() instanceof StoryCorpus stories)) {
            throw new InvalidInputException(corpus.description()
                    + ": only generated stories have concept labels, expected a corpus of generated stories");
        }
        return new LabelledReader(new ContextPacker(corpus, split, new StoryTokens(corpus, stories, split)));
    }

    private static long[] bitsOfCharacters(Story story) {

        String text = story.text();
        long[] bits = new long[text.length()];
        for (ConceptSpan span : story.spans()) {
            long bit = 1L << Concepts.place(span.concept());
            for (int i = span.start(); i < span.end(); i++) {
                if (!Character.isWhitespace(text.charAt(i))) {
                    bits[i] |= bit;
                }
            }
        }
        return bits;
    }
}
