package dev.assay.view;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Formats text and numbers as HTML. Any output of a tokenizer is escaped. */
public final class Html {
    /** The signs shown for white space and for an empty token, by the text that they replace. */
    public static final Map<String, String> SIGNS = signs();

    private Html() {}

    private static Map<String, String> signs() {
        Map<String, String> signs = new LinkedHashMap<>();
        signs.put("\n", "↵");
        signs.put("\r", "␍");
        signs.put("\t", "⇥");
        signs.put(" ", "·");
        signs.put("", "∅");
        return Collections.unmodifiableMap(signs);
    }

    private static String sign(int codePoint) {
        return "<s>" + VisibleSigns.of(codePoint) + "</s>";
    }

    /**
     * Escapes text for an element or a quoted attribute. Control characters become signs, since HTML allows none.
     *
     * @param text any text
     * @return HTML
     */
    public static String escape(String text) {
        StringBuilder html = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(codePoint -> appendEscaped(html, codePoint));
        return html.toString();
    }

    /**
     * Returns the text of markup that this class has escaped.
     *
     * @param markup elements and escaped text
     * @return the text without elements
     */
    static String plain(String markup) {
        return markup.replaceAll("<[^>]*>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    /**
     * Escapes a document for a quoted attribute, with the fewest changes.
     *
     * @param html any text
     * @return the attribute's value
     */
    public static String attribute(String html) {
        return html.replace("&", "&amp;").replace("\"", "&quot;");
    }

    /**
     * Formats running text: line breaks and tabs become visible signs, spaces are kept.
     *
     * @param text any text
     * @return HTML
     */
    public static String running(String text) {
        return signs(text, false);
    }

    /**
     * Formats a single token: leading and trailing spaces become visible too, since they distinguish tokens.
     *
     * @param text the token; an empty one becomes a sign
     * @return HTML
     */
    public static String token(String text) {
        return text.isEmpty() ? "<s>" + SIGNS.get("") + "</s>" : signs(text, true);
    }

    /**
     * Formats a token within the text of its neighbours: as {@link #running}, and a token without any visible character is shown by signs.
     *
     * @param text the token; an empty one becomes a sign
     * @return HTML
     */
    public static String tokenInText(String text) {
        return VisibleSigns.isBlank(text) ? token(text) : running(text);
    }

    /**
     * Formats tokens, one element each.
     *
     * @param tokens their texts
     * @return HTML
     */
    public static String tokens(List<String> tokens) {
        StringBuilder html = new StringBuilder();
        tokens.forEach(token -> html.append("<code>").append(token(token)).append("</code>"));
        return html.toString();
    }

    private static String signs(String text, boolean edges) {
        int first = 0;
        int last = text.length() - 1;
        while (edges && first < text.length() && text.charAt(first) == ' ') {
            first++;
        }
        while (edges && last > first && text.charAt(last) == ' ') {
            last--;
        }
        boolean blank = edges && VisibleSigns.isBlank(text);
        StringBuilder html = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            boolean edge = edges && codePoint == ' ' && (i < first || i > last);
            if (blank || edge || VisibleSigns.isControl(codePoint)) {
                html.append(sign(codePoint));
            } else {
                appendEscaped(html, codePoint);
            }
            i += Character.charCount(codePoint);
        }
        return html.toString();
    }

    private static void appendEscaped(StringBuilder html, int codePoint) {
        switch (codePoint) {
            case '<' -> html.append("&lt;");
            case '>' -> html.append("&gt;");
            case '&' -> html.append("&amp;");
            case '"' -> html.append("&quot;");
            case '\'' -> html.append("&#39;");
            default -> {
                if (VisibleSigns.isControl(codePoint)) {
                    html.append(VisibleSigns.of(codePoint));
                } else {
                    html.appendCodePoint(codePoint);
                }
            }
        }
    }

    /**
     * Formats a number with three or four significant digits, with an exponent only for very large or small numbers.
     *
     * @param value any number
     * @return such as 1,234 or 0.0012; a dash for NaN, ∞ for infinity
     */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return notFinite(value);
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size >= 1000 && size == Math.rint(size)) {
            return String.format(Locale.ROOT, "%,.0f", value).replace('-', '−');
        }
        String pattern = size >= 1e7 || size < 1e-5 ? "%.2e" : "%,." + decimals(size) + "f";
        return String.format(Locale.ROOT, pattern, value).replace('-', '−');
    }

    /** Returns a dash for NaN and ∞ with its sign for infinity. */
    static String notFinite(double value) {
        return Double.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
    }

    /**
     * Formats a number with a fixed number of decimals.
     *
     * @param value any number
     * @param decimals the digits after the decimal point
     * @return such as 0.9902; a dash for NaN, ∞ for infinity
     */
    public static String fixed(double value, int decimals) {
        return !Double.isFinite(value)
                ? notFinite(value)
                : String.format(Locale.ROOT, "%,." + decimals + "f", value).replace('-', '−');
    }

    /**
     * Formats a number with two significant digits, for an axis.
     *
     * @param value any number
     * @return the number, with an exponent only for very large or small ones; a dash for NaN, ∞ for infinity
     */
    public static String rounded(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return notFinite(value);
        }
        if (size >= 1e7 || size > 0 && size < 1e-5) {
            return String.format(Locale.ROOT, "%.1e", value).replace('-', '−');
        }
        return new BigDecimal(value).round(new MathContext(2)).toPlainString().replace('-', '−');
    }

    private static int decimals(double size) {
        return size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 2 + (int) Math.ceil(-Math.log10(size));
    }

    /**
     * Formats a count with a separator between thousands.
     *
     * @param value any number
     * @return such as 1,234
     */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /**
     * Formats a share as a percentage with three significant digits.
     *
     * @param share 1 for the whole
     * @return such as 12.3 %; a dash for NaN, ∞ for infinity
     */
    public static String percent(double share) {
        if (!Double.isFinite(share)) {
            return notFinite(share);
        }
        double percent = 100 * share;
        if (percent == 0) {
            return "0 %";
        }
        int decimals = percent >= 10 ? 1 : percent >= 1 ? 2 : (int) Math.ceil(-Math.log10(percent)) + 2;
        return String.format(Locale.ROOT, "%." + Math.min(decimals, 8) + "f %%", percent);
    }
}
