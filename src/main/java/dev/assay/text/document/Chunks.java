package dev.assay.text.document;

import dev.assay.InvalidInputException;

/** Where a long text is cut, and what its parts are called. */
final class Chunks {
    private Chunks() {}

    /** Refuses a length that could not hold a surrogate pair. */
    static void check(int characters) {
        if (characters < 2) {
            throw new InvalidInputException("parts of " + characters + " characters, expected at least 2");
        }
    }

    /** Returns the end of the part that begins at {@code from}: never between the two halves of a surrogate pair. */
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
