package dev.assay.view;

/** Text for a terminal. */
public final class PlainText {
    private PlainText() {}

    /**
     * Puts text in one line: what would move the cursor, or colour the terminal, becomes a visible sign.
     *
     * @param text any text
     * @return as many characters
     */
    public static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            visible.append(
                    switch (c) {
                        case '\n' -> '↵';
                        case '\r' -> '␍';
                        case '\t' -> '⇥';
                        default -> Character.isISOControl(c) ? '\uFFFD' : c;
                    });
        }
        return visible.toString();
    }
}
