package dev.assay.view;

/** Text for a terminal. */
public final class PlainText {
    private PlainText() {}

    /**
     * Replaces characters that would move the cursor, colour the terminal or reorder the line by visible signs.
     *
     * @param text any text
     * @return one line
     */
    public static String visible(String text) {
        return signs(text, false);
    }

    /**
     * Formats a single token: as {@link #visible}, and a token without any visible character is shown by signs.
     *
     * @param token its text
     * @return one line, not empty
     */
    public static String token(String token) {
        return token.isEmpty() ? Html.SIGNS.get("") : signs(token, VisibleSigns.isBlank(token));
    }

    private static String signs(String text, boolean all) {
        StringBuilder visible = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> {
            if (all || VisibleSigns.isControl(codePoint)) {
                visible.append(VisibleSigns.of(codePoint));
            } else {
                visible.appendCodePoint(codePoint);
            }
        });
        return visible.toString();
    }
}
