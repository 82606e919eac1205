package dev.assay.text.tokenizer;

/** The boundaries of characters in UTF-8 (RFC 3629, section 4). */
final class Utf8 {
    private static final int LONGEST = 4;

    private Utf8() {}

    /** Returns the number of bytes of the character that starts at an index, 0 if none starts there or its bytes are incomplete. */
    static int characterLength(byte[] bytes, int at) {
        int length = announcedLength(bytes[at]);
        if (length == 0 || at + length > bytes.length || length > 1 && !isSecond(bytes[at], bytes[at + 1])) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if (!isContinuation(bytes[at + i])) {
                return 0;
            }
        }
        return length;
    }

    /** Returns the index after the continuation bytes at the start, at most 3. */
    static int afterContinuation(byte[] bytes) {
        int at = 0;
        while (at < Math.min(LONGEST - 1, bytes.length) && isContinuation(bytes[at])) {
            at++;
        }
        return at;
    }

    /** Returns the index of the first byte of an incomplete character at the end, or the length if the last character is complete. */
    static int beforeIncomplete(byte[] bytes) {
        for (int at = bytes.length - 1; at >= Math.max(0, bytes.length - LONGEST + 1); at--) {
            if (!isContinuation(bytes[at])) {
                return at + announcedLength(bytes[at]) > bytes.length ? at : bytes.length;
            }
        }
        return bytes.length;
    }

    private static boolean isContinuation(byte value) {
        return (value & 0xC0) == 0x80;
    }

    private static int announcedLength(byte first) {
        int value = first & 0xFF;
        if (value < 0x80) {
            return 1;
        }
        if (value < 0xC2 || value > 0xF4) {
            return 0;
        }
        return value < 0xE0 ? 2 : value < 0xF0 ? 3 : LONGEST;
    }

    /** The second byte excludes overlong forms, surrogates and values above U+10FFFF. */
    private static boolean isSecond(byte first, byte second) {
        int value = second & 0xFF;
        return switch (first & 0xFF) {
            case 0xE0 -> value >= 0xA0 && value <= 0xBF;
            case 0xED -> value >= 0x80 && value <= 0x9F;
            case 0xF0 -> value >= 0x90 && value <= 0xBF;
            case 0xF4 -> value >= 0x80 && value <= 0x8F;
            default -> isContinuation(second);
        };
    }
}
