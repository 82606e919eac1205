package dev.assay.text.tokenizer;

import java.util.Arrays;

/** Converts positions in code points, as the tokenizer reports them, to positions in UTF-16 units. */
final class CodePointOffsets {
    /** UTF-16 position of each code point and of the end, or null if both counts are equal. */
    private final int[] starts;

    private CodePointOffsets(int[] starts) {
        this.starts = starts;
    }

    static CodePointOffsets of(String text) {
        int[] starts = new int[text.length() + 1];
        int codePoints = 0;
        int at = 0;
        while (at < text.length()) {
            starts[codePoints++] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        starts[codePoints] = at;
        return new CodePointOffsets(codePoints == text.length() ? null : Arrays.copyOf(starts, codePoints + 1));
    }

    int utf16(int codePoint) {
        return starts == null ? codePoint : starts[codePoint];
    }
}
