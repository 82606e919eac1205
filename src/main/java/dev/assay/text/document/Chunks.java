package dev.assay.text.document;

import dev.assay.InvalidInputException;

/** Split points and names of the parts of a long document. */
final class Chunks {
    private Chunks() {}

    /** Checks a part length. A part of one character could not contain a surrogate pair. */
    static void check(int characters) {
        if (characters < 2) {
            throw new InvalidInputException("parts have " + characters + " characters, expected at least 2");
        }
    }

    /** Returns the end of the part that begins at {@code from}; a surrogate pair is never split. */
    static int end(CharSequence text, int from, int characters) {
        if (text.length() - from <= characters) {
            return text.length();
        }
        int end = from + characters;
        boolean partsPair =
                Character.isHighSurrogate(text.charAt(end - 1)) && Character.isLowSurrogate(text.charAt(end));
        return partsPair ? end - 1 : end;
    }

    static String id(String document, int part) {
        return document + "#" + part;
    }
}
