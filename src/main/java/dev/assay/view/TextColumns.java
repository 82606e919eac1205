package dev.assay.view;

import java.util.List;
import java.util.Locale;

/** Aligns tokens and numbers in lines of plain text. A code point counts as one column. */
public final class TextColumns {
    private TextColumns() {}

    /** {@return the number of columns of a text} */
    static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** {@return text padded or cut to a number of columns} */
    public static String column(String text, int columns) {
        int length = width(text);
        return length > columns ? firstColumns(text, columns) : text + " ".repeat(columns - length);
    }

    /** {@return tokens with one of them in brackets, at a column that does not depend on the others} */
    public static String inContext(List<String> tokens, int peak, int columnsBefore, int columnsAfter) {
        String before = joined(tokens.subList(0, peak));
        String token = PlainText.token(tokens.get(peak));
        String after = joined(tokens.subList(peak + 1, tokens.size()));
        // The space before a word is outside the brackets.
        int word = token.length() - token.stripLeading().length();
        return lastColumns(before + token.substring(0, word), columnsBefore)
                + '['
                + token.substring(word)
                + ']'
                + firstColumns(after, columnsAfter);
    }

    /** Joins tokens. The parts of a character without a text of their own are not shown, so that the text remains readable. */
    private static String joined(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        for (String token : tokens) {
            text.append(token.isEmpty() ? "" : PlainText.token(token));
        }
        return text.toString();
    }

    /** {@return tokens in brackets, separated by spaces} */
    public static String bracketed(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append(text.isEmpty() ? "[" : " [")
                .append(PlainText.token(token))
                .append(']'));
        return text.toString();
    }

    /** {@return a share as a percentage} */
    public static String percent(double share) {
        return String.format(Locale.ROOT, share >= 0.001 || share == 0 ? "%.2f %%" : "%.4f %%", 100 * share);
    }

    private static String lastColumns(String text, int columns) {
        int length = width(text);
        return length > columns
                ? "…" + text.substring(text.offsetByCodePoints(0, length - columns + 1))
                : " ".repeat(columns - length) + text;
    }

    private static String firstColumns(String text, int columns) {
        int length = width(text);
        return length > columns ? text.substring(0, text.offsetByCodePoints(0, columns - 1)) + "…" : text;
    }
}
