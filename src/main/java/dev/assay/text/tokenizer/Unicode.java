package dev.assay.text.tokenizer;

import java.nio.charset.StandardCharsets;

/** Handling of unpaired surrogates, which Java's strings can contain but UTF-8 cannot. */
final class Unicode {
    private static final char REPLACEMENT = '\uFFFD';

    private Unicode() {}

    static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Returns the text with each unpaired surrogate replaced by U+FFFD; the length is unchanged. */
    static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                i++;
            } else {
                repaired = repaired == null ? new StringBuilder(text) : repaired;
                repaired.setCharAt(i, REPLACEMENT);
            }
        }
        return repaired == null ? text : repaired.toString();
    }
}
