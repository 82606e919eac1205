package dev.assay.text.story;

import dev.assay.InvalidInputException;
import dev.assay.text.ContextPacker;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.tokenizer.Encoding;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;

/**
 * Tells of every token of a generated story which concepts it carries: those in whose span one of its characters lies, white space
 * aside. Concepts are numbered by their place in {@link StoryCorpus#concepts()}.
 */
public final class ConceptLabels {
    private final Tokenizer tokenizer;

    private ConceptLabels(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Labels the tokens that a tokenizer makes.
     *
     * @param tokenizer cuts the stories
     * @return the labels
     */
    public static ConceptLabels of(Tokenizer tokenizer) {
        return new ConceptLabels(tokenizer);
    }

    /**
     * Labels one story.
     *
     * @param story a story
     * @return its tokens and their concepts
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
     * Reads the contexts of a corpus of stories with their labels: the same contexts, in the same order, as
     * {@link Corpus#read(Split)} gives. BOS and end-of-text tokens carry no concept.
     *
     * @param corpus its source is a {@link StoryCorpus}
     * @param split which stories
     * @return a reader, to be closed by the caller
     * @throws InvalidInputException if the corpus is of another text
     * @throws IOException if reading fails
     */
    public static LabelledReader read(Corpus corpus, Split split) throws IOException {
        if (!(corpus.source() instanceof StoryCorpus stories)) {
            throw new InvalidInputException(corpus.description()
                    + ": concepts are known of generated stories only, expected a corpus of these");
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
