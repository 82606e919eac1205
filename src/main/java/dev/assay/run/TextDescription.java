package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.text.BosRule;
import dev.assay.text.Corpus;
import dev.assay.text.HoldOut;
import dev.assay.text.document.TextFiles;
import dev.assay.text.document.TextSource;
import dev.assay.text.document.WeightedText;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.Serializable;
import java.util.List;

/**
 * The text of a run, from which {@link #corpus} builds the same contexts each time.
 *
 * @param sources files, folders, globs, or {@code assay/stories/COUNT} for generated stories; {@code WEIGHT:} in front of each of them
 *     mixes them
 * @param field the field of a JSON line, or the column of a Parquet file, that holds the text
 * @param contextLength tokens per context
 * @param bos whether every context starts with BOS
 * @param heldOutEvery one of every this many documents is held out; 0 for none
 * @param chunkCharacters the length at which plain text files are cut into documents; 0 for one document per file
 * @param heldOutBy how held-out documents are chosen: {@link #POSITION} or {@link #HASH}
 * @param shuffleDocuments the size of the window in which documents are shuffled; 0 for no shuffling
 * @param seed the seed of mixing and shuffling; 0 if there is neither
 */
public record TextDescription(
        List<String> sources,
        String field,
        int contextLength,
        BosRule bos,
        int heldOutEvery,
        int chunkCharacters,
        String heldOutBy,
        int shuffleDocuments,
        long seed)
        implements Serializable {
    /** Holds out documents by their number. */
    public static final String POSITION = "position";
    /** Holds out documents by the hash of their text, so that equal documents are on the same side. */
    public static final String HASH = "hash";

    /** The default field of JSON lines and column of Parquet files. */
    public static final String FIELD = "text";
    /** The default number of tokens per context. */
    public static final int CONTEXT_LENGTH = 128;
    /** By default one of every this many documents is held out. */
    public static final int HELD_OUT_EVERY = 20;
    /** The default length at which plain text files are cut into documents. */
    public static final int CHUNK_CHARACTERS = 8000;

    private static final String STORIES = "assay/stories";
    private static final int STORY_COUNT = 20_000;
    /** Differs from the seed of the stories that the embedded model was trained on. */
    private static final long STORY_SEED = 2;

    /** Copies the sources, and drops a seed that decides nothing. */
    public TextDescription {
        sources = List.copyOf(sources);
        seed = shuffleDocuments > 0 || WeightedName.areMixed(sources) ? seed : 0;
    }

    /**
     * Creates a description with a fixed choice of BOS.
     *
     * @param sources as in the canonical constructor
     * @param field as in the canonical constructor
     * @param contextLength as in the canonical constructor
     * @param prependBos whether every context starts with BOS
     * @param heldOutEvery as in the canonical constructor
     * @param chunkCharacters as in the canonical constructor
     * @param heldOutBy as in the canonical constructor
     * @param shuffleDocuments as in the canonical constructor
     * @param seed as in the canonical constructor
     */
    public TextDescription(
            List<String> sources,
            String field,
            int contextLength,
            boolean prependBos,
            int heldOutEvery,
            int chunkCharacters,
            String heldOutBy,
            int shuffleDocuments,
            long seed) {
        this(
                sources,
                field,
                contextLength,
                BosRule.of(prependBos),
                heldOutEvery,
                chunkCharacters,
                heldOutBy,
                shuffleDocuments,
                seed);
    }

    /**
     * Returns text with the defaults of {@code assay train}: contexts of {@value #CONTEXT_LENGTH} tokens that start with BOS if the
     * tokenizer adds it, one of every {@value #HELD_OUT_EVERY} documents held out, plain text cut every {@value #CHUNK_CHARACTERS}
     * characters.
     *
     * @param sources files, folders, globs, or {@code assay/stories/COUNT}
     * @return the description
     */
    public static TextDescription of(String... sources) {
        return new TextDescription(
                List.of(sources),
                FIELD,
                CONTEXT_LENGTH,
                BosRule.TOKENIZER,
                HELD_OUT_EVERY,
                CHUNK_CHARACTERS,
                POSITION,
                0,
                0);
    }

    /**
     * Returns a copy with other sources.
     *
     * @param others files, folders, globs, or {@code assay/stories/COUNT}
     * @return the copy
     */
    public TextDescription withSources(List<String> others) {
        return new TextDescription(
                others, field, contextLength, bos, heldOutEvery, chunkCharacters, heldOutBy, shuffleDocuments, seed);
    }

    /**
     * Returns a copy with contexts of another length.
     *
     * @param tokens tokens per context
     * @param prependBos whether every context starts with BOS
     * @return the copy
     */
    public TextDescription withContexts(int tokens, boolean prependBos) {
        return withContexts(tokens, BosRule.of(prependBos));
    }

    /**
     * Returns a copy with contexts of another length.
     *
     * @param tokens tokens per context
     * @param rule whether every context starts with BOS
     * @return the copy
     */
    public TextDescription withContexts(int tokens, BosRule rule) {
        return new TextDescription(
                sources, field, tokens, rule, heldOutEvery, chunkCharacters, heldOutBy, shuffleDocuments, seed);
    }

    /**
     * Returns a copy with a choice of BOS in place of the tokenizer's rule.
     *
     * @param tokenizer the tokenizer of the model
     * @return the copy; this description if its choice is made
     */
    public TextDescription resolved(Tokenizer tokenizer) {
        return bos == BosRule.TOKENIZER ? withContexts(contextLength, bos.prepends(tokenizer)) : this;
    }

    /**
     * Returns a copy with another hold-out.
     *
     * @param every one of every this many documents is held out; 0 for none
     * @return the copy
     */
    public TextDescription withHeldOutEvery(int every) {
        return new TextDescription(
                sources, field, contextLength, bos, every, chunkCharacters, heldOutBy, shuffleDocuments, seed);
    }

    /**
     * Returns a copy that cuts plain text at another length.
     *
     * @param characters characters per document; 0 for one document per file
     * @return the copy
     */
    public TextDescription withChunkCharacters(int characters) {
        return new TextDescription(
                sources, field, contextLength, bos, heldOutEvery, characters, heldOutBy, shuffleDocuments, seed);
    }

    /**
     * Builds the corpus.
     *
     * @param tokenizer the tokenizer of the model
     * @return the corpus
     * @throws InvalidInputException if no source is named or an option is out of range
     */
    public Corpus corpus(Tokenizer tokenizer) {
        if (shuffleDocuments < 0) {
            throw new InvalidInputException(
                    "the window for shuffling documents is " + shuffleDocuments + ", expected 0 or more");
        }
        return corpus(tokenizer, source());
    }

    /**
     * Builds the corpus of other documents with the options of this description.
     *
     * @param tokenizer the tokenizer of the model
     * @param source the documents in place of the sources
     * @return the corpus
     * @throws InvalidInputException if an option is out of range
     */
    public Corpus corpus(Tokenizer tokenizer, TextSource source) {
        return Corpus.of(tokenizer, shuffleDocuments == 0 ? source : source.shuffled(shuffleDocuments, seed))
                .contextLength(contextLength)
                .prependBos(bos.prepends(tokenizer))
                .holdOut(new HoldOut(rule(), heldOutEvery))
                .build();
    }

    /** Returns the description of the documents, as in provenance. */
    String description() {
        TextSource source = source();
        return (shuffleDocuments == 0 ? source : source.shuffled(shuffleDocuments, seed)).description();
    }

    private HoldOut.Rule rule() {
        return switch (heldOutBy) {
            case POSITION -> HoldOut.Rule.POSITION;
            case HASH -> HoldOut.Rule.HASH;
            default ->
                throw new InvalidInputException(
                        "documents are held out by \"" + heldOutBy + "\", expected " + POSITION + " or " + HASH);
        };
    }

    private TextSource source() {
        if (WeightedName.areMixed(sources)) {
            return TextSource.mix(
                    sources.stream()
                            .map(WeightedName::parse)
                            .map(part -> new WeightedText(source(part.name()), part.weight()))
                            .toList(),
                    seed);
        }
        return sources.stream()
                .map(this::source)
                .reduce(TextSource::then)
                .orElseThrow(() -> new InvalidInputException("no text was given, expected at least one file"));
    }

    private TextSource source(String name) {
        if (name.equals(STORIES)) {
            return StoryCorpus.of(STORY_SEED, STORY_COUNT);
        }
        if (name.startsWith(STORIES + "/")) {
            try {
                return StoryCorpus.of(STORY_SEED, Integer.parseInt(name.substring(STORIES.length() + 1)));
            } catch (NumberFormatException wrong) {
                throw new InvalidInputException(name + ": expected a number of stories after " + STORIES + "/", wrong);
            }
        }
        return TextFiles.at(name).field(field).cuttingPlainText(chunkCharacters);
    }
}
