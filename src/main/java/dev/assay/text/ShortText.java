package dev.assay.text;

import dev.assay.InvalidInputException;
import dev.assay.text.document.DocumentReader;
import java.io.IOException;
import java.util.Locale;

/** Explains why a split of a corpus has not a single context, with the options that change it. */
final class ShortText {
    private ShortText() {}

    /**
     * Returns the error for a split that has ended before its first context was complete.
     *
     * @param documents the number of documents of the split
     * @param tokens their number of tokens
     */
    static InvalidInputException error(Corpus corpus, Split split, long documents, long tokens) throws IOException {
        long all = count(corpus);
        int needed = corpus.contextLength() - (corpus.prependBos() ? 1 : 0);
        return new InvalidInputException(corpus.description() + ": found " + tokens + " tokens in " + documents + " of "
                + all + " documents (" + split.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + "), expected at least the " + needed + " of one context; "
                + advice(corpus.holdOut().every(), split, documents, all));
    }

    private static String advice(int every, Split split, long documents, long all) {
        if (split == Split.TRAINING && documents < all) {
            return (documents == 0 ? all == 1 ? "the only document is" : "all documents are" : "the others are")
                    + " held out for evaluation: hold out fewer with --held-out-every (0 for none), "
                    + "or cut plain text into more documents with --chunk-characters";
        }
        if (split == Split.HELD_OUT && documents < all) {
            return every == 0
                    ? "no document is held out for evaluation: hold some out with --held-out-every"
                    : "the others are for training: hold out more with a smaller --held-out-every, or add text";
        }
        return "add text, or use shorter contexts with --context";
    }

    private static long count(Corpus corpus) throws IOException {
        try (DocumentReader reader = corpus.documents().open()) {
            return reader.skip(Long.MAX_VALUE);
        }
    }
}
