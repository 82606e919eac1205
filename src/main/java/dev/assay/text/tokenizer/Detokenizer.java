package dev.assay.text.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * Converts the tokens of a sequence to text, one part per token. The bytes of the sequence are decoded as a whole, since byte-level BPE
 * and byte fallback can split the UTF-8 of a character between tokens. A character belongs to the token with its first byte, and the
 * other tokens of the character have no text of their own, so the joined parts are the text.
 *
 * <p>Bytes that belong to no complete character are spelled as in {@code <0xE6>}. Special tokens are written as in the vocabulary and do
 * not interrupt a character, because a context can begin with BOS in the middle of one. Thread-safe.
 */
public final class Detokenizer {
    private static final IntPredicate STARTS_AT_FIRST = index -> index == 0;

    private final IntFunction<byte[]> bytes;
    private final IntPredicate special;
    private final boolean dropsFirstSpace;

    /** Parts by token id, null until read. Threads may write equal values concurrently. */
    private final Part[] parts;

    /**
     * Creates a detokenizer.
     *
     * @param size the number of token ids
     * @param bytes the bytes that a token adds to a text
     * @param special whether a token is special
     * @param dropsFirstSpace whether the first token of a text loses the space at its start
     */
    public Detokenizer(int size, IntFunction<byte[]> bytes, IntPredicate special, boolean dropsFirstSpace) {
        this.bytes = bytes;
        this.special = special;
        this.dropsFirstSpace = dropsFirstSpace;
        this.parts = new Part[size];
    }

    /**
     * One token.
     *
     * @param bytes the bytes that it adds to a text
     * @param text its text, with incomplete characters spelled
     * @param complete whether the bytes are complete characters
     * @param special whether the token is special
     */
    private record Part(byte[] bytes, String text, boolean complete, boolean special) {}

    private Part part(int id) {
        Part part = parts[id];
        if (part == null) {
            byte[] own = bytes.apply(id);
            StringBuilder text = new StringBuilder();
            boolean complete = true;
            for (int at = 0; at < own.length; ) {
                int length = Utf8.characterLength(own, at);
                complete &= length > 0;
                text.append(length > 0 ? new String(own, at, length, StandardCharsets.UTF_8) : spelled(own[at]));
                at += Math.max(1, length);
            }
            boolean isSpecial = special.test(id);
            part = new Part(own, text.toString(), complete || isSpecial, isSpecial);
            parts[id] = part;
        }
        return part;
    }

    /**
     * Returns the text of a token outside any sequence.
     *
     * @param id a token id below the size
     * @return its text with the space at its start; incomplete characters are spelled, such as {@code <0xE6>}
     */
    public String text(int id) {
        Part part = part(id);
        return part.special() ? part.text().stripLeading() : part.text();
    }

    /** {@return whether the first token of a text loses the space at its start} */
    public boolean dropsFirstSpace() {
        return dropsFirstSpace;
    }

    /**
     * Returns the text of each token of a complete text.
     *
     * @param ids token ids below the size
     * @return one text per token; joined, the text
     */
    public List<String> texts(int... ids) {
        return texts(ids, 0, ids.length, STARTS_AT_FIRST, Edges.COMPLETE);
    }

    /** The meaning of an incomplete character at the start or end of a sequence. */
    private enum Edges {
        /** The text has no more bytes; those of the character are spelled. */
        COMPLETE,
        /** The text continues outside the sequence; the bytes have no text. */
        CUT
    }

    /**
     * Returns the text of each token of a part of a sequence that was cut out of a longer text. Incomplete characters at its ends have no
     * text.
     *
     * @param ids token ids below the size: the part with its surroundings
     * @param first the first token of the part
     * @param end the end of the part, exclusive
     * @param startsText whether a text starts with the token at an index
     * @return one text per token of the part
     */
    public List<String> excerpt(int[] ids, int first, int end, IntPredicate startsText) {
        return texts(ids, first, end, startsText, Edges.CUT);
    }

    private List<String> texts(int[] ids, int first, int end, IntPredicate startsText, Edges edges) {
        Part[] sequence = new Part[ids.length];
        boolean complete = true;
        for (int i = 0; i < ids.length; i++) {
            sequence[i] = part(ids[i]);
            complete &= sequence[i].complete();
        }
        String[] texts = new String[ids.length];
        if (complete) {
            for (int i = 0; i < ids.length; i++) {
                texts[i] = sequence[i].text();
            }
        } else {
            decode(sequence, texts, edges);
        }
        if (dropsFirstSpace) {
            dropFirstSpaces(sequence, texts, startsText);
        }
        return List.of(Arrays.copyOfRange(texts, first, end));
    }

    private static void decode(Part[] sequence, String[] texts, Edges edges) {
        int length = 0;
        for (Part part : sequence) {
            length += part.special() ? 0 : part.bytes().length;
        }
        byte[] all = new byte[length];
        int[] owner = new int[length];
        StringBuilder[] built = new StringBuilder[sequence.length];
        int filled = 0;
        for (int i = 0; i < sequence.length; i++) {
            built[i] = new StringBuilder(sequence[i].special() ? sequence[i].text() : "");
            if (!sequence[i].special()) {
                byte[] own = sequence[i].bytes();
                System.arraycopy(own, 0, all, filled, own.length);
                Arrays.fill(owner, filled, filled + own.length, i);
                filled += own.length;
            }
        }
        int from = edges == Edges.CUT ? Utf8.afterContinuation(all) : 0;
        int to = edges == Edges.CUT ? Utf8.beforeIncomplete(all) : length;
        for (int at = from; at < to; ) {
            int size = Utf8.characterLength(all, at);
            built[owner[at]].append(size > 0 ? new String(all, at, size, StandardCharsets.UTF_8) : spelled(all[at]));
            at += Math.max(1, size);
        }
        for (int i = 0; i < texts.length; i++) {
            texts[i] = built[i].toString();
        }
    }

    private static void dropFirstSpaces(Part[] sequence, String[] texts, IntPredicate startsText) {
        boolean starts = false;
        for (int i = 0; i < texts.length; i++) {
            starts |= startsText.test(i);
            if (starts) {
                texts[i] = texts[i].startsWith(" ") ? texts[i].substring(1) : texts[i];
                starts = sequence[i].special();
            }
        }
    }

    /** Spells a byte as the vocabularies of SentencePiece do. */
    private static String spelled(byte value) {
        return String.format(Locale.ROOT, "<0x%02X>", value & 0xFF);
    }
}
