package dev.assay.view;

/** Text for a terminal. */
public final class PlainText {
    private PlainText() {}

    /**
     * Replaces characters that would move the cursor or colour the terminal by visible signs.
     *
     * @param text any text
     * @return one line with as many characters
     */
    public static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n', '\r', '\t' -> visible.append(Html.SIGNS.get(String.valueOf(c)));
                default -> visible.append(Character.isISOControl(c) ? '\uFFFD' : c);
            }
        }
        return visible.toString();
    }
}
