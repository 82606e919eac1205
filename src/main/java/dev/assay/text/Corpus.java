package dev.assay.text;

import dev.assay.InvalidInputException;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A text with its tokenizer and its packing: an immutable description that can be read any number of times.
 *
 * <p>The tokens of the documents are concatenated, each document followed by the end-of-text token if the tokenizer has one, and split
 * into contexts of fixed length. With {@code prependBos} every context starts with the BOS token and has one token of text less. An
 * incomplete context at the end is dropped. Text is tokenised while it is read.
 *
 * <p>Some documents are held out for evaluation: by default the first of every 20 documents (after splitting long ones).
 */
public final class Corpus {
    private final Tokenizer tokenizer;
    private final TextSource source;
    private final TextSource documents; // the source with long documents split
    private final int contextLength;
    private final boolean prependBos;
    private final HoldOut holdOut;
    private final int chunkCharacters;
    private final ContextRange contexts;
    private final TextPosition before; // a position at or before the first of the contexts
    private final Set<Split> splits; // that have this position

    private Corpus(Builder builder) {
        tokenizer = builder.tokenizer;
        source = builder.source;
        contextLength = builder.contextLength;
        prependBos = builder.prependBos;
        holdOut = builder.holdOut;
        chunkCharacters = builder.chunkCharacters;
        documents = source.chunked(chunkCharacters);
        contexts = ContextRange.ALL;
        before = TextPosition.START;
        splits = EnumSet.allOf(Split.class);
    }

    private Corpus(Corpus whole, ContextRange contexts, TextPosition before, Set<Split> splits) {
        tokenizer = whole.tokenizer;
        source = whole.source;
        documents = whole.documents; // remembers the sizes of files that were read
        contextLength = whole.contextLength;
        prependBos = whole.prependBos;
        holdOut = whole.holdOut;
        chunkCharacters = whole.chunkCharacters;
        this.contexts = contexts;
        this.before = before;
        this.splits = splits;
    }

    /**
     * Starts the description of a corpus.
     *
     * @param tokenizer must stay open while the corpus is in use
     * @param source the text
     * @return the options
     */
    public static Builder of(Tokenizer tokenizer, TextSource source) {
        return new Builder(tokenizer, source);
    }

    /**
     * Returns the tokenizer.
     *
     * @return the tokenizer of the builder
     */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Returns the text before long documents are split.
     *
     * @return the source of the builder
     */
    public TextSource source() {
        return source;
    }

    /**
     * Returns the number of tokens per context.
     *
     * @return the length, including the BOS token
     */
    public int contextLength() {
        return contextLength;
    }

    /**
     * Returns whether every context starts with the BOS token.
     *
     * @return whether BOS is prepended
     */
    public boolean prependBos() {
        return prependBos;
    }

    /**
     * Returns the hold-out rule.
     *
     * @return the rule that selects held-out documents
     */
    public HoldOut holdOut() {
        return holdOut;
    }

    /**
     * Returns the hold-out interval.
     *
     * @return N if one of every N documents is held out, 0 if none is
     */
    public int heldOutEvery() {
        return holdOut.every();
    }

    /**
     * Returns the length at which documents are split.
     *
     * @return UTF-16 units, 0 if documents are not split
     */
    public int chunkCharacters() {
        return chunkCharacters;
    }

    /** Returns the text after long documents are split. */
    TextSource documents() {
        return documents;
    }

    /**
     * Describes the corpus for logs and provenance.
     *
     * @return one line
     */
    public String description() {
        return documents.description();
    }

    /**
     * Returns the contexts that a reader of this corpus returns.
     *
     * @return {@link ContextRange#ALL} unless the corpus is a {@linkplain #partition part} of another one
     */
    public ContextRange contexts() {
        return contexts;
    }

    /**
     * Returns a part of this corpus: the same contexts with the same numbers and positions as in the whole, whatever the ranges of other
     * parts are. A reader starts with the first context of the range. It reads no text after the range; an empty range has no contexts.
     *
     * @param range contexts of the split that is read
     * @param index the index of this corpus, from which readers start at the nearest position
     * @return the part; only the split of the index can be read from it
     * @throws InvalidInputException if the index is of another corpus, or has not all of these contexts
     */
    public Corpus partition(ContextRange range, CorpusIndex index) {
        index.requireSame(this, index.split());
        InvalidInputException.require(
                index.contexts().contains(range),
                () -> description() + " has " + index.contexts().size() + " contexts, expected " + range
                        + " among them");
        return partition(range, index.before(range.from()), EnumSet.of(index.split()));
    }

    /**
     * Returns a part of this corpus, see {@link #partition(ContextRange, CorpusIndex)}.
     *
     * @param range contexts of the split that is read
     * @param before a position in that split at or before the first context of the range, such as {@link CorpusIndex#before} returns;
     *     {@link TextPosition#START} reads all of the text before the range
     * @return the part
     * @throws InvalidInputException if the position is after the start of the range, or the range is not in this part
     */
    public Corpus partition(ContextRange range, TextPosition before) {
        return partition(range, before, splits);
    }

    private Corpus partition(ContextRange range, TextPosition before, Set<Split> readable) {
        InvalidInputException.require(
                contexts.contains(range),
                () -> "the corpus has only " + contexts + ", expected " + range + " among them");
        InvalidInputException.require(
                before.context() <= range.from(),
                () -> "the position of context " + before.context() + " is after the start of " + range
                        + ", expected a position at or before it");
        return new Corpus(this, range, before, readable);
    }

    /**
     * Opens a reader at the first context.
     *
     * @param split the documents to read
     * @return a reader that the caller closes
     * @throws IOException if reading fails
     * @throws InvalidInputException if the text does not exist
     */
    public ContextReader read(Split split) throws IOException {
        InvalidInputException.require(
                splits.contains(split),
                () -> "the corpus is limited to " + contexts + " of " + splits + " documents, expected " + split
                        + " documents");
        ContextReader whole = new TokenizingReader(new ContextPacker(this, split, new DocumentTokens(this, split)));
        return contexts.equals(ContextRange.ALL) ? whole : PartReader.open(whole, contexts, before);
    }

    /**
     * Opens a reader at the first context, like {@link #read}, that tokenises ahead of the caller on its own thread.
     *
     * @param split the documents to read
     * @param contexts the largest number of contexts in the queue, at least 1
     * @return a reader with the same contexts, positions and exceptions; closing it stops its thread
     * @throws IOException if reading fails
     * @throws InvalidInputException if the text does not exist
     */
    public ContextReader readAhead(Split split, int contexts) throws IOException {
        return new ReadAhead(() -> read(split), contexts);
    }

    /** The options of a corpus. */
    public static final class Builder {
        private final Tokenizer tokenizer;
        private final TextSource source;
        private int contextLength = 128;
        private boolean prependBos;
        private HoldOut holdOut = new HoldOut(HoldOut.Rule.POSITION, 20);
        private int chunkCharacters;

        private Builder(Tokenizer tokenizer, TextSource source) {
            this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
            this.source = Objects.requireNonNull(source, "source");
            this.prependBos = tokenizer.prependsBos();
        }

        /**
         * Sets the number of tokens per context, including the BOS token; default 128.
         *
         * @param tokens at least 2
         * @return this
         */
        public Builder contextLength(int tokens) {
            InvalidInputException.requireAtLeast(2, "context length", tokens);
            contextLength = tokens;
            return this;
        }

        /**
         * Sets whether every context starts with the BOS token; the default is what the tokenizer itself does, see
         * {@link Tokenizer#prependsBos}.
         *
         * @param prepend whether to prepend BOS
         * @return this
         */
        public Builder prependBos(boolean prepend) {
            prependBos = prepend;
            return this;
        }

        /**
         * Holds out the first of every N documents; default 20.
         *
         * @param documents N, at least 2, or 0 to hold out none
         * @return this
         */
        public Builder heldOutEvery(int documents) {
            return holdOut(new HoldOut(HoldOut.Rule.POSITION, documents));
        }

        /**
         * Holds out about one of every N documents by a hash of their text. Equal texts are always in the same split, in any order.
         *
         * @param documents N, at least 2, or 0 to hold out none
         * @return this
         */
        public Builder heldOutByHash(int documents) {
            return holdOut(new HoldOut(HoldOut.Rule.HASH, documents));
        }

        /**
         * Sets the hold-out rule.
         *
         * @param documents the rule
         * @return this
         */
        public Builder holdOut(HoldOut documents) {
            holdOut = Objects.requireNonNull(documents, "documents");
            return this;
        }

        /**
         * Splits long documents into documents of this length; by default documents are not split.
         *
         * @param characters UTF-16 units, at least 2, or 0 to split nothing
         * @return this
         */
        public Builder chunkCharacters(int characters) {
            if (characters < 0 || characters == 1) {
                throw new InvalidInputException(
                        "documents are split at " + characters + " characters, expected 0 or at least 2");
            }
            chunkCharacters = characters;
            return this;
        }

        /**
         * Creates the corpus without reading any text.
         *
         * @return the corpus
         * @throws InvalidInputException if BOS is requested but the tokenizer has none
         */
        public Corpus build() {
            if (prependBos && tokenizer.bosId() < 0) {
                throw new InvalidInputException(
                        tokenizer.file()
                                + ": found no BOS token in the tokenizer's files, expected one for contexts that start with it");
            }
            return new Corpus(this);
        }
    }
}
