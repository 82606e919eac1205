package dev.assay.text;

import dev.assay.InvalidInputException;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Objects;

/**
 * A text, the tokenizer that reads it, and how it is packed: an immutable description that can be read any number of times.
 *
 * <p>The tokens of the documents are laid end to end, each document followed by the end-of-text token where the tokenizer has one,
 * and cut into contexts of fixed length. With {@code prependBos} every context starts with the BOS token, whatever follows, and
 * holds one token of text less. An incomplete context at the end is dropped. Text is tokenised while it is read.
 *
 * <p>Some documents are held out for measurements: unless something else is asked for, of every 20 documents (after cutting) the
 * first.
 */
public final class Corpus {
    private final Tokenizer tokenizer;
    private final TextSource source;
    private final int contextLength;
    private final boolean prependBos;
    private final HoldOut holdOut;
    private final int chunkCharacters;

    private Corpus(Builder builder) {
        tokenizer = builder.tokenizer;
        source = builder.source;
        contextLength = builder.contextLength;
        prependBos = builder.prependBos;
        holdOut = builder.holdOut;
        chunkCharacters = builder.chunkCharacters;
    }

    /**
     * Starts a description.
     *
     * @param tokenizer reads the text; stays open as long as the corpus is in use
     * @param source the text
     * @return its options
     */
    public static Builder of(Tokenizer tokenizer, TextSource source) {
        return new Builder(tokenizer, source);
    }

    /**
     * Returns the tokenizer.
     *
     * @return the one given
     */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Returns the text before it is cut.
     *
     * @return the one given
     */
    public TextSource source() {
        return source;
    }

    /**
     * Returns the number of tokens of a context.
     *
     * @return the length, a BOS token included
     */
    public int contextLength() {
        return contextLength;
    }

    /**
     * Tells whether every context starts with the BOS token.
     *
     * @return whether it does
     */
    public boolean prependBos() {
        return prependBos;
    }

    /**
     * Returns how the documents are split.
     *
     * @return which are held out
     */
    public HoldOut holdOut() {
        return holdOut;
    }

    /**
     * Returns how many documents are held out.
     *
     * @return of so many documents one is held out, 0 for none
     */
    public int heldOutEvery() {
        return holdOut.every();
    }

    /**
     * Returns the length at which documents are cut.
     *
     * @return UTF-16 units, 0 where they are not
     */
    public int chunkCharacters() {
        return chunkCharacters;
    }

    /**
     * Says what this is, for logs and provenance.
     *
     * @return one line
     */
    public String description() {
        return source.chunked(chunkCharacters).description();
    }

    /**
     * Starts at the first context.
     *
     * @param split which documents
     * @return a reader, to be closed by the caller
     * @throws IOException if reading fails
     * @throws InvalidInputException if there is no such text
     */
    public ContextReader read(Split split) throws IOException {
        return new TokenizingReader(new ContextPacker(this, split, new DocumentTokens(this, split)));
    }

    /**
     * Starts at the first context, as {@link #read} does, and tokenises ahead of the caller on a thread of its own.
     *
     * @param split which documents
     * @param contexts the most contexts to hold ready, at least 1
     * @return a reader with the same contexts, positions and exceptions; closing it ends its thread
     * @throws IOException if reading fails
     * @throws InvalidInputException if there is no such text
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
            this.prependBos = tokenizer.bosId() >= 0;
        }

        /**
         * Sets the number of tokens of a context, a BOS token included; 128 unless set.
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
         * Sets whether every context starts with the BOS token; unless set, it does where the tokenizer has one.
         *
         * @param prepend whether it does
         * @return this
         */
        public Builder prependBos(boolean prepend) {
            prependBos = prepend;
            return this;
        }

        /**
         * Sets how many documents are held out: the first of every so many; 20 unless set.
         *
         * @param documents of so many documents the first one is held out; at least 2, or 0 to hold none out
         * @return this
         */
        public Builder heldOutEvery(int documents) {
            return holdOut(new HoldOut(HoldOut.Rule.POSITION, documents));
        }

        /**
         * Sets how many documents are held out, chosen by a hash of their text: equal texts are on one side, in whatever order they come.
         *
         * @param documents of so many documents about one is held out; at least 2, or 0 to hold none out
         * @return this
         */
        public Builder heldOutByHash(int documents) {
            return holdOut(new HoldOut(HoldOut.Rule.HASH, documents));
        }

        /**
         * Sets which documents are held out.
         *
         * @param documents the choice
         * @return this
         */
        public Builder holdOut(HoldOut documents) {
            holdOut = Objects.requireNonNull(documents, "documents");
            return this;
        }

        /**
         * Cuts long documents into documents of this length; nothing is cut unless set.
         *
         * @param characters UTF-16 units, at least 2, or 0 to cut nothing
         * @return this
         */
        public Builder chunkCharacters(int characters) {
            if (characters < 0 || characters == 1) {
                throw new InvalidInputException(
                        "documents cut at " + characters + " characters, expected 0 or at least 2");
            }
            chunkCharacters = characters;
            return this;
        }

        /**
         * Makes the description. Nothing is read yet.
         *
         * @return the corpus
         * @throws InvalidInputException if BOS is asked for and the tokenizer has none
         */
        public Corpus build() {
            if (prependBos && tokenizer.bosId() < 0) {
                throw new InvalidInputException(tokenizer.file()
                        + ": found no BOS token in the files beside it, expected one for contexts that start with it");
            }
            return new Corpus(this);
        }
    }
}
