package dev.assay.view;

/** Signs for characters that have no glyph of their own. */
final class VisibleSigns {
    private static final char CONTROL_PICTURES = '\u2400';
    private static final char DELETE = '\u007F';
    private static final String BIDIRECTIONAL =
            "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";
    /** Fillers and blanks that Unicode counts as letters, marks or symbols. */
    private static final String BLANKS = "\u034F\u115F\u1160\u17B4\u17B5\u180B\u180C\u180D\u180F\u2800\u3164\uFFA0";

    private VisibleSigns() {}

    /** Returns whether a character must not be printed as it is: it moves the cursor, ends the line, or reorders the text around it. */
    static boolean isControl(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.CONTROL
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || BIDIRECTIONAL.indexOf(codePoint) >= 0
                || (codePoint & 0xFFFE) == 0xFFFE;
    }

    /** Returns whether no character of a text has a glyph. */
    static boolean isBlank(String text) {
        return text.codePoints().allMatch(VisibleSigns::isInvisible);
    }

    private static boolean isInvisible(int codePoint) {
        return isControl(codePoint)
                || Character.isSpaceChar(codePoint)
                || Character.getType(codePoint) == Character.FORMAT
                || codePoint >= 0xFE00 && codePoint <= 0xFE0F
                || codePoint >= 0xE0100 && codePoint <= 0xE01EF
                || BLANKS.indexOf(codePoint) >= 0;
    }

    /** Returns the sign of a character: that of {@link Html#SIGNS}, a control picture, or its number such as {@code U+200D}. */
    static String of(int codePoint) {
        String known = Html.SIGNS.get(Character.toString(codePoint));
        if (known != null) {
            return known;
        }
        if (codePoint < ' ') {
            return Character.toString(CONTROL_PICTURES + codePoint);
        }
        return codePoint == DELETE ? "\u2421" : String.format("U+%04X", codePoint);
    }
}
