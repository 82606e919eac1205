package dev.assay.text;

import dev.assay.text.tokenizer.TokenRun;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Concatenates the tokens of documents, each followed by the end-of-text token, and splits the sequence into contexts. An incomplete
 * context at the end is dropped.
 */
public final class ContextPacker implements AutoCloseable {
    private final Corpus corpus;
    private final Split split;
    private final TokenRun.Stream stream;
    private final int length;
    private final int bosId;
    private final int eosId;

    private TokenRun run;
    /** Index of the next token of the run; the index after the last token represents the end-of-text token. */
    private int at;

    private long documents;
    private long tokens;
    private long contexts;
    private boolean finished;

    /** Contexts with concept bits per token; {@code labels} is all zero if the stream has none. */
    public record Packed(TokenBatch tokens, long[] labels) {}

    /** Creates a packer for one split of a corpus. */
    public ContextPacker(Corpus corpus, Split split, TokenRun.Stream stream) {
        this.corpus = corpus;
        this.split = split;
        this.stream = stream;
        this.length = corpus.contextLength();
        this.bosId = corpus.prependBos() ? corpus.tokenizer().bosId() : -1;
        this.eosId = corpus.tokenizer().eosId();
    }

    /** Returns the next contexts, or null after the last. */
    public Packed next(int maxRows) throws IOException {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", expected at least 1");
        }
        Contexts filled = new Contexts(Math.multiplyExact(maxRows, length));
        int rows = 0;
        while (rows < maxRows && fill(filled, rows * length)) {
            rows++;
        }
        return rows == 0 ? null : filled.first(rows, length);
    }

    /** Returns the position of the next context. */
    TextPosition position() {
        return run == null ? TextPosition.START : new TextPosition(contexts, run.document(), at);
    }

    /** Moves forward to a position that {@link #position()} returned. */
    void seek(TextPosition position) throws IOException {
        if (position.equals(position())) {
            return;
        }
        if (run == null || run.document() != position.document()) {
            stream.seek(position.document());
            TokenRun reached = stream.next();
            finished = reached == null;
            run = finished ? new TokenRun(new int[0], null, position.document()) : reached;
        }
        at = position.token();
        contexts = position.context();
    }

    /** The arrays of some contexts. */
    private record Contexts(long[] ids, long[] documents, int[] positions, long[] labels, Map<Long, String> files) {
        Contexts(int tokens) {
            this(new long[tokens], new long[tokens], new int[tokens], new long[tokens], new HashMap<>());
        }

        Packed first(int rows, int length) {
            int used = rows * length;
            TokenBatch tokens = new TokenBatch(
                    rows,
                    length,
                    Arrays.copyOf(ids, used),
                    Arrays.copyOf(documents, used),
                    Arrays.copyOf(positions, used),
                    files);
            return new Packed(tokens, Arrays.copyOf(labels, used));
        }
    }

    /** Writes one context, starting at index {@code from}; returns whether there were enough tokens. */
    private boolean fill(Contexts into, int from) throws IOException {
        int first = from + (bosId >= 0 ? 1 : 0);
        for (int place = first; place < from + length; place++) {
            if (!advance()) {
                return false;
            }
            if ((place == first || at == 0) && !run.file().isEmpty()) {
                into.files().put(run.document(), run.file());
            }
            boolean inside = at < run.ids().length;
            into.ids()[place] = inside ? run.ids()[at] : eosId;
            into.labels()[place] = inside && run.labels() != null ? run.labels()[at] : 0;
            into.documents()[place] = run.document();
            into.positions()[place] = at;
            at++;
            tokens++;
        }
        if (bosId >= 0) {
            into.ids()[from] = bosId;
            into.documents()[from] = into.documents()[from + 1];
            into.positions()[from] = -1;
        }
        contexts++;
        return true;
    }

    /** Moves to the next document with tokens left; returns false at the end. */
    private boolean advance() throws IOException {
        while (!finished && (run == null || at == run.ids().length + (eosId >= 0 ? 1 : 0))) {
            TokenRun following = stream.next();
            if (following == null) {
                finished = true;
                requireOneContext();
            } else {
                run = following;
                at = 0;
                documents++;
            }
        }
        return !finished;
    }

    private void requireOneContext() throws IOException {
        if (contexts == 0) {
            throw ShortText.error(corpus, split, documents, tokens);
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
