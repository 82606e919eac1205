package dev.assay.text;

import dev.assay.InvalidInputException;
import java.util.Arrays;

/** Computes where contexts start, and the number of selected tokens before them, from the lengths of documents. Repeats {@link ContextPacker}. */
final class ContextCounter {
    private final int length;
    private final int firstPlace;
    private final int endTokens; // 1 if an end-of-text token follows each document
    private final boolean specialBos;
    private final boolean specialEos;
    private final TokenSelection selection;
    private final int stride;

    private long[] starts = new long[16]; // documents of the positions
    private int[] offsets = new int[16];
    private long[] selectedBefore = new long[16];
    private int entries = 1; // the first context is at the start

    private int place; // the next token of the context
    private long contexts;
    private long documents;
    private long tokens;
    private long selected; // in complete contexts
    private long selectedInContext;
    private long lastDocument = -1;

    ContextCounter(Corpus corpus, TokenSelection selection, int stride) {
        InvalidInputException.require(
                stride >= 1, "an index has an entry every " + stride + " contexts, expected at least 1");
        this.length = corpus.contextLength();
        this.firstPlace = corpus.prependBos() ? 1 : 0;
        int bos = corpus.tokenizer().bosId();
        int eos = corpus.tokenizer().eosId();
        this.endTokens = eos >= 0 ? 1 : 0;
        this.specialBos = firstPlace > 0 && corpus.tokenizer().isSpecial(bos);
        this.specialEos = eos >= 0 && corpus.tokenizer().isSpecial(eos);
        this.selection = selection;
        this.stride = stride;
        begin();
    }

    private void begin() {
        place = firstPlace;
        boolean bosSelected = firstPlace > 0 && selects(0, specialBos);
        selectedInContext = bosSelected ? 1 : 0;
    }

    private boolean selects(int at, boolean special) {
        return at >= selection.firstPosition() && (selection.withSpecial() || !special);
    }

    /**
     * Adds the next document.
     *
     * @param special the indices of its special tokens, ascending
     */
    void add(long document, int count, int[] special) {
        if (document <= lastDocument) {
            throw new IllegalArgumentException("document " + document + " follows document " + lastDocument
                    + ", expected the counts of ascending documents");
        }
        lastDocument = document;
        documents++;
        int nextSpecial = 0;
        int all = count + endTokens;
        for (int at = 0; at < all; ) {
            int step = Math.min(all - at, length - place);
            int excludedAtStart = Math.max(0, Math.min(step, selection.firstPosition() - place));
            selectedInContext += step - excludedAtStart;
            for (; nextSpecial < special.length && special[nextSpecial] < at + step; nextSpecial++) {
                remove(place + special[nextSpecial] - at);
            }
            if (specialEos && at + step == all) {
                remove(place + step - 1);
            }
            at += step;
            place += step;
            tokens += step;
            if (place == length) {
                contexts++;
                selected += selectedInContext;
                begin();
                if (contexts % stride == 0) {
                    enter(document, at);
                }
            }
        }
    }

    /** Subtracts a special token at a place of the context, if it is not selected but was counted. */
    private void remove(int at) {
        selectedInContext -= at >= selection.firstPosition() && !selection.withSpecial() ? 1 : 0;
    }

    private void enter(long document, int at) {
        if (entries == starts.length) {
            starts = Arrays.copyOf(starts, 2 * entries);
            offsets = Arrays.copyOf(offsets, 2 * entries);
            selectedBefore = Arrays.copyOf(selectedBefore, 2 * entries);
        }
        starts[entries] = document;
        offsets[entries] = at;
        selectedBefore[entries++] = selected;
    }

    CorpusIndex index(CorpusIndex.Subject subject) {
        return new CorpusIndex(
                subject,
                selection,
                stride,
                new CorpusIndex.Totals(contexts, documents, tokens, selected),
                Arrays.copyOf(starts, entries),
                Arrays.copyOf(offsets, entries),
                Arrays.copyOf(selectedBefore, entries));
    }
}
