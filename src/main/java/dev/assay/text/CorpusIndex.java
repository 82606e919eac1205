package dev.assay.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import dev.assay.text.tokenizer.TokenRun;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Positions of contexts in the text of one split of a corpus, at equal distances, with the number of selected tokens before each. A reader
 * of any range of contexts starts at the nearest position before it, without tokenising the text before.
 *
 * <p>An index needs one pass of the tokenizer over the text, or the {@link DocumentCounts} of all documents from several processes. It
 * depends on the corpus, the split and the selection, never on the number of processes.
 *
 * <p>The file is JSON with the SHA-256 of everything that decides the contexts: the description of the text, the tokenizer files, and the
 * options of the corpus. Reading compares it with the corpus. A text that changed under the same name is not detected.
 */
public final class CorpusIndex {
    private static final String FORMAT = "assay-corpus-index";
    private static final int VERSION = 1;

    private final Subject subject;
    private final TokenSelection selection;
    private final int stride;
    private final Totals totals;
    private final long[] documents; // [entries], of the position of context i * stride
    private final int[] tokens;
    private final long[] selectedBefore;

    CorpusIndex(
            Subject subject,
            TokenSelection selection,
            int stride,
            Totals totals,
            long[] documents,
            int[] tokens,
            long[] selectedBefore) {
        this.subject = subject;
        this.selection = selection;
        this.stride = stride;
        this.totals = totals;
        this.documents = documents;
        this.tokens = tokens;
        this.selectedBefore = selectedBefore;
    }

    /** The indexed contexts: the corpus by its description and its hash, and the split. */
    record Subject(String description, String hash, Split split) {
        static Subject of(Corpus corpus, Split split) {
            if (!corpus.contexts().equals(ContextRange.ALL)) {
                throw new InvalidInputException(
                        corpus.description() + " is limited to " + corpus.contexts() + ", expected the whole corpus");
            }
            Sha256 hash = new Sha256();
            Tokenizer tokenizer = corpus.tokenizer();
            new TreeMap<>(tokenizer.contents())
                    .forEach((name, bytes) -> hash.add(name).add(ByteBuffer.wrap(bytes)));
            ObjectNode options = Json.mapper()
                    .createObjectNode()
                    .put("bos_id", tokenizer.bosId())
                    .put("eos_id", tokenizer.eosId())
                    .put("text", corpus.description())
                    .put("context_length", corpus.contextLength())
                    .put("prepend_bos", corpus.prependBos())
                    .put("held_out_rule", corpus.holdOut().rule().name())
                    .put("held_out_every", corpus.holdOut().every())
                    .put("chunk_characters", corpus.chunkCharacters());
            return new Subject(
                    corpus.description(), hash.add(options.toString()).hex(), split);
        }
    }

    /** Numbers of the whole split; documents and tokens include the text of an incomplete context at the end. */
    record Totals(long contexts, long documents, long tokens, long selected) {}

    /**
     * Counts the contexts of a split in one pass.
     *
     * @param corpus the whole corpus
     * @param split the documents
     * @param selection the tokens to count
     * @param stride the number of contexts between two positions, at least 1
     * @return the index; it has no contexts if the text is too short for one
     * @throws IOException if reading fails
     */
    public static CorpusIndex of(Corpus corpus, Split split, TokenSelection selection, int stride) throws IOException {
        Subject subject = Subject.of(corpus, split);
        ContextCounter counter = new ContextCounter(corpus, selection, stride);
        try (DocumentTokens documents = new DocumentTokens(corpus, split)) {
            for (TokenRun run = documents.next(); run != null; run = documents.next()) {
                DocumentCounts one = new DocumentCounts();
                one.add(run.document(), run.ids(), corpus.tokenizer());
                one.addTo(counter);
            }
        }
        return counter.index(subject);
    }

    /**
     * Merges the counts of all documents of a split.
     *
     * @param corpus the whole corpus
     * @param split the documents
     * @param selection the tokens to count
     * @param stride the number of contexts between two positions, at least 1
     * @param counts the counts of consecutive documents of the split, in the order of the corpus
     * @return the same index as that of one pass
     */
    public static CorpusIndex of(
            Corpus corpus, Split split, TokenSelection selection, int stride, Iterator<DocumentCounts> counts) {
        ContextCounter counter = new ContextCounter(corpus, selection, stride);
        counts.forEachRemaining(some -> some.addTo(counter));
        return counter.index(Subject.of(corpus, split));
    }

    /** {@return all contexts of the split} */
    public ContextRange contexts() {
        return new ContextRange(0, totals.contexts());
    }

    /** {@return the number of selected tokens of all contexts} */
    public long selected() {
        return totals.selected();
    }

    /** {@return the split} */
    public Split split() {
        return subject.split();
    }

    /** {@return the tokens that are counted} */
    public TokenSelection selection() {
        return selection;
    }

    /** {@return the number of contexts between two positions} */
    public int stride() {
        return stride;
    }

    /** {@return the number of positions; position i is that of context i · stride} */
    public int entries() {
        return documents.length;
    }

    /**
     * Returns the position of context {@code entry · stride}.
     *
     * @param entry from 0 to {@link #entries()} − 1
     * @return the position
     */
    public TextPosition position(int entry) {
        return new TextPosition((long) entry * stride, documents[entry], tokens[entry]);
    }

    /**
     * Returns the number of selected tokens before context {@code entry · stride}.
     *
     * @param entry from 0 to {@link #entries()} − 1
     * @return the number
     */
    public long selectedBefore(int entry) {
        return selectedBefore[entry];
    }

    /**
     * Returns the nearest position at or before a context.
     *
     * @param context from 0
     * @return the position
     */
    public TextPosition before(long context) {
        return position((int) Math.min(entries() - 1L, context / stride));
    }

    /**
     * Returns the first position before which a number of selected tokens is reached.
     *
     * @param count the number of selected tokens
     * @return the number of contexts, a multiple of the stride except at the end of the corpus, which need not reach the number
     */
    public long contextsUntil(long count) {
        for (int entry = 0; entry < entries(); entry++) {
            if (selectedBefore[entry] >= count) {
                return (long) entry * stride;
            }
        }
        return totals.contexts();
    }

    /**
     * Checks that the split has a context.
     *
     * @param corpus the corpus of the index
     * @throws InvalidInputException with the sentence of a reader of the corpus if there is none
     * @throws IOException if reading fails
     */
    public void requireContext(Corpus corpus) throws IOException {
        if (totals.contexts() == 0) {
            throw ShortText.error(corpus, split(), totals.documents(), totals.tokens());
        }
    }

    /**
     * Checks that this is the index of a corpus.
     *
     * @param corpus the corpus
     * @param asked the split that is read
     * @throws InvalidInputException if it is the index of another corpus or split
     */
    public void requireSame(Corpus corpus, Split asked) {
        requireSame("the index", corpus, asked);
    }

    private void requireSame(String name, Corpus corpus, Split asked) {
        if (split() != asked) {
            throw new InvalidInputException(
                    name + " has the contexts of " + split().name().toLowerCase(Locale.ROOT)
                            + " documents, expected those of " + asked.name().toLowerCase(Locale.ROOT) + " documents");
        }
        Subject expected = Subject.of(corpus, asked);
        if (!subject.hash().equals(expected.hash())) {
            throw new InvalidInputException(name + " is of another text, tokenizer or packing: it has "
                    + subject.description() + " with hash " + subject.hash() + ", expected " + expected.description()
                    + " with hash " + expected.hash() + "; count the contexts again");
        }
    }

    /**
     * Writes the index.
     *
     * @param file a JSON file
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        AtomicFiles.writeString(file, toJson().toString());
    }

    /** {@return the index as JSON, for {@link #of(JsonObject, Corpus, Split)}} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("format", FORMAT)
                .put("format_version", VERSION)
                .put("corpus", subject.description())
                .put("corpus_hash", subject.hash())
                .put("split", subject.split().name())
                .put("special_tokens", selection.withSpecial())
                .put("first_position", selection.firstPosition())
                .put("stride", stride)
                .put("contexts", totals.contexts())
                .put("documents", totals.documents())
                .put("tokens", totals.tokens())
                .put("selected", totals.selected());
        ArrayNode entries = json.putArray("positions");
        for (int i = 0; i < documents.length; i++) {
            entries.addArray().add(documents[i]).add(tokens[i]).add(selectedBefore[i]);
        }
        return json;
    }

    /**
     * Reads an index.
     *
     * @param file a file that {@link #write} wrote
     * @param corpus the corpus
     * @param split the split that is read
     * @return the index
     * @throws InvalidInputException if the file is no index, or that of another corpus or split
     * @throws IOException if it cannot be read
     */
    public static CorpusIndex read(Path file, Corpus corpus, Split split) throws IOException {
        return of(JsonObject.read(file), corpus, split);
    }

    /**
     * Reads an index from JSON.
     *
     * @param json the JSON of {@link #toJson}
     * @param corpus the corpus
     * @param split the split that is read
     * @return the index
     * @throws InvalidInputException if the JSON is no index, or that of another corpus or split
     */
    public static CorpusIndex of(JsonObject json, Corpus corpus, Split split) {
        if (!json.text("format").equals(FORMAT)) {
            throw json.unexpected("format", FORMAT);
        }
        if (json.integer("format_version") != VERSION) {
            throw json.unexpected("format_version", Integer.toString(VERSION));
        }
        CorpusIndex index = CorpusIndexJson.parse(json);
        index.requireSame(json.file().toString(), corpus, split);
        return index;
    }
}
