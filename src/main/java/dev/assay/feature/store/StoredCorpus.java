package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.text.tokenizer.Detokenizer;
import dev.assay.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The corpus of a store: the tokens of every context, their texts and their documents. Immutable and thread-safe. A window of tokens is
 * decoded together with the tokens around it, since a character can begin or end outside the window.
 */
public final class StoredCorpus {
    /** A character of UTF-8 has at most this many bytes before or after any of its tokens, and a token at least one. */
    private static final int SURROUNDINGS = 3;

    private final Path data;
    private final int contextLength;
    private final MappedTensor tokens;
    private final MappedTensor documentPositions;
    private final MappedTensor documentNumbers;
    private final MappedTensor textOffsets;
    private final MappedTensor vocabulary;
    private final BitSet special;
    private final Detokenizer detokenizer;

    StoredCorpus(Path data, int contextLength, Map<String, MappedTensor> arrays, TextRules rules) {
        this.data = data;
        this.contextLength = contextLength;
        tokens = arrays.get(StoreLayout.TOKENS);
        documentPositions = arrays.get(StoreLayout.DOCUMENT_POSITIONS);
        documentNumbers = arrays.get(StoreLayout.DOCUMENT_NUMBERS);
        textOffsets = arrays.get(StoreLayout.VOCABULARY_OFFSETS);
        vocabulary = arrays.get(StoreLayout.VOCABULARY);
        special = rules.special();
        detokenizer = new Detokenizer(vocabularySize(), this::bytes, special::get, rules.dropsFirstSpace());
    }

    private StoredCorpus(StoredCorpus other, Tokenizer tokenizer) {
        data = other.data;
        contextLength = other.contextLength;
        tokens = other.tokens;
        documentPositions = other.documentPositions;
        documentNumbers = other.documentNumbers;
        textOffsets = other.textOffsets;
        vocabulary = other.vocabulary;
        special = TextRules.of(tokenizer).special();
        detokenizer = tokenizer.detokenizer();
    }

    /** Returns the same corpus with texts of a tokenizer in place of the stored ones. */
    StoredCorpus withTexts(Tokenizer tokenizer) {
        return new StoredCorpus(this, tokenizer);
    }

    private int vocabularySize() {
        return (int) Math.max(0, textOffsets.size() - 1);
    }

    /** {@return the number of tokens of a context, special tokens included} */
    public int contextLength() {
        return contextLength;
    }

    /** {@return the number of positions: the tokens of all contexts, special tokens included} */
    public long positions() {
        return tokens.size();
    }

    /**
     * Returns the document at a position.
     *
     * @param position the position of a token
     * @return the index of the document in corpus order
     */
    public long document(long position) {
        return documentNumbers.longAt(segment(position));
    }

    /** Returns the last document segment that starts at or before a position. */
    private long segment(long position) {
        long low = 0;
        long high = documentPositions.size() - 1;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (documentPositions.intAt(middle) <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * Returns token ids.
     *
     * @param first the first position
     * @param end the end of the range, exclusive
     * @return the ids, [end − first]
     */
    public int[] ids(long first, long end) {
        return tokens.ints(first, (int) (end - first));
    }

    /** Returns the whole context of a position. */
    ContextTokens context(long position) {
        checkPosition(position);
        long start = position - position % contextLength;
        long end = start + contextLength;
        return new ContextTokens(start, ids(start, end), texts(start, end), document(start));
    }

    /**
     * Returns the texts of tokens.
     *
     * @param first the first position
     * @param end the end of the range, exclusive and above the first
     * @return one text per token; joined, a part of the documents
     */
    public List<String> texts(long first, long end) {
        long from = surroundings(first, -1);
        long to = surroundings(end - 1, 1) + 1;
        int[] ids = ids(from, to);
        for (int id : ids) {
            checkToken(id);
        }
        return detokenizer.excerpt(
                ids, (int) (first - from), (int) (end - from), index -> startsDocument(from + index));
    }

    /** Returns the position of the outermost token in a direction whose bytes can belong to a character at a position. */
    private long surroundings(long position, int step) {
        long at = position;
        int found = 0;
        while (found < SURROUNDINGS && at + step >= 0 && at + step < positions()) {
            at += step;
            found += special.get(tokens.intAt(at)) ? 0 : 1;
        }
        return at;
    }

    private boolean startsDocument(long position) {
        return documentPositions.intAt(segment(position)) == position;
    }

    /**
     * Returns the runs of the corpus: the longest sequences of tokens that are within one document and one context and have no special
     * token.
     *
     * @return runs by position
     */
    public List<DocumentRun> runs() {
        List<DocumentRun> runs = new ArrayList<>();
        for (long segment = 0; segment < documentPositions.size(); segment++) {
            long start = documentPositions.intAt(segment);
            long end = segment + 1 < documentPositions.size() ? documentPositions.intAt(segment + 1) : positions();
            addRuns(runs, documentNumbers.longAt(segment), start, end);
        }
        return runs;
    }

    private void addRuns(List<DocumentRun> runs, long document, long start, long end) {
        int[] ids = ids(start, end);
        int first = 0;
        for (int i = 0; i <= ids.length; i++) {
            boolean ends = i == ids.length || special.get(ids[i]);
            if ((ends || (start + i) % contextLength == 0) && i > first) {
                runs.add(new DocumentRun(document, start + first, i - first));
                first = i;
            }
            first = ends ? i + 1 : first;
        }
    }

    /** Returns the text of a token outside any sequence. */
    String text(int id) {
        checkToken(id);
        return detokenizer.text(id);
    }

    /** Returns the text of the token at a position, outside any sequence. */
    String textAt(long position) {
        checkPosition(position);
        return text(tokens.intAt(position));
    }

    private void checkPosition(long position) {
        if (position < 0 || position >= positions()) {
            throw new InvalidInputException(
                    "there is no position " + position + ", expected 0 to " + (positions() - 1));
        }
    }

    private void checkToken(int id) {
        if (id < 0 || id >= vocabularySize()) {
            throw damaged("has no text for token " + id);
        }
    }

    private byte[] bytes(int id) {
        long begin = textOffsets.intAt(id);
        long end = textOffsets.intAt(id + 1);
        if (begin < 0 || end < begin || end > vocabulary.size()) {
            throw damaged("has no text for token " + id);
        }
        return vocabulary.bytes(begin, (int) (end - begin));
    }

    InvalidInputException damaged(String problem) {
        return new InvalidInputException(data + " " + problem + "; the store is damaged, collect it again");
    }
}
