package dev.assay.text;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Lays the tokens of documents end to end, each document followed by the end-of-text token, and cuts them into contexts. What is
 * left over at the end and does not fill a context is dropped.
 */
final class ContextPacker implements AutoCloseable {
    private final Corpus corpus;
    private final Split split;
    private final TokenRun.Stream stream;
    private final int length;
    private final int bosId;
    private final int eosId;

    private TokenRun run;
    /** The next token of the run; one past its last token stands for the end-of-text token. */
    private int at;

    private long documents;
    private long tokens;
    private long contexts;
    private boolean finished;

    /** Contexts with the bits of their tokens: {@code labels} is all zero where the stream has none. */
    record Packed(TokenBatch tokens, long[] labels) {}

    ContextPacker(Corpus corpus, Split split, TokenRun.Stream stream) {
        this.corpus = corpus;
        this.split = split;
        this.stream = stream;
        this.length = corpus.contextLength();
        this.bosId = corpus.prependBos() ? corpus.tokenizer().bosId() : -1;
        this.eosId = corpus.tokenizer().eosId();
    }

    /** Returns the next contexts, or null after the last. */
    Packed next(int maxRows) throws IOException {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", expected at least 1");
        }
        long[] ids = new long[Math.multiplyExact(maxRows, length)];
        long[] owners = new long[ids.length];
        long[] labels = new long[ids.length];
        int rows = 0;
        while (rows < maxRows && fill(ids, owners, labels, rows * length)) {
            rows++;
        }
        if (rows == 0) {
            return null;
        }
        int used = rows * length;
        return rows == maxRows
                ? new Packed(new TokenBatch(rows, length, ids, owners), labels)
                : new Packed(
                        new TokenBatch(rows, length, Arrays.copyOf(ids, used), Arrays.copyOf(owners, used)),
                        Arrays.copyOf(labels, used));
    }

    void skip(long count) throws IOException {
        long[] ids = new long[length];
        long[] owners = new long[length];
        long[] labels = new long[length];
        for (long i = 0; i < count && fill(ids, owners, labels, 0); i++) {
            // What was filled is passed over.
        }
    }

    /** Writes one context from {@code from} on, and tells whether there were tokens enough for it. */
    private boolean fill(long[] ids, long[] owners, long[] labels, int from) throws IOException {
        int position = from;
        if (bosId >= 0) {
            ids[position] = bosId;
            labels[position] = 0;
            position++;
        }
        while (position < from + length) {
            if (!advance()) {
                return false;
            }
            boolean inside = at < run.ids().length;
            ids[position] = inside ? run.ids()[at] : eosId;
            labels[position] = inside && run.labels() != null ? run.labels()[at] : 0;
            owners[position] = run.document();
            at++;
            tokens++;
            position++;
        }
        if (bosId >= 0) {
            owners[from] = owners[from + 1];
        }
        contexts++;
        return true;
    }

    /** Moves to a document that has a token left; false at the end. */
    private boolean advance() throws IOException {
        while (!finished && (run == null || at == run.ids().length + (eosId >= 0 ? 1 : 0))) {
            run = stream.next();
            at = 0;
            if (run == null) {
                finished = true;
                requireOneContext();
            } else {
                documents++;
            }
        }
        return !finished;
    }

    private void requireOneContext() {
        if (contexts == 0) {
            throw new InvalidInputException(corpus.description() + ": found " + tokens + " tokens in " + documents
                    + " documents ("
                    + split.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                    + "), expected at least the " + (length - (bosId >= 0 ? 1 : 0)) + " of one context");
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
