package dev.assay.feature;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Text as HTML: everything that a tokenizer can produce stays text. */
final class Html {
    private Html() {}

    /** Escapes text for an element or a quoted attribute. */
    static String escape(String text) {
        StringBuilder html = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            appendEscaped(html, text.charAt(i));
        }
        return html.toString();
    }

    /** A piece of running text: line breaks and tabs become visible signs, spaces stay spaces. */
    static String running(String text) {
        return signs(text, false);
    }

    /** A token by itself: leading and trailing spaces become visible too, since they tell tokens apart. */
    static String token(String text) {
        return text.isEmpty() ? "<s>∅</s>" : signs(text, true);
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
        StringBuilder html = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> html.append("<s>↵</s>");
                case '\r' -> html.append("<s>␍</s>");
                case '\t' -> html.append("<s>⇥</s>");
                case ' ' -> html.append(edges && (i < first || i > last) ? "<s>·</s>" : " ");
                default -> appendEscaped(html, c);
            }
        }
        return html.toString();
    }

    private static void appendEscaped(StringBuilder html, char c) {
        switch (c) {
            case '<' -> html.append("&lt;");
            case '>' -> html.append("&gt;");
            case '&' -> html.append("&amp;");
            case '"' -> html.append("&quot;");
            case '\'' -> html.append("&#39;");
            // HTML allows no control characters, and XML parsers refuse the last two of the plane as well.
            default -> html.append(Character.isISOControl(c) || c >= '\uFFFE' ? '\uFFFD' : c);
        }
    }

    /** A number to three or four significant digits, with an exponent only where there is no other way. */
    static String number(double value) {
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

    /** A number to two significant digits, for an axis. */
    static String rounded(double value) {
        return new BigDecimal(value).round(new MathContext(2)).toPlainString().replace('-', '−');
    }

    private static int decimals(double size) {
        return size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 2 + (int) Math.ceil(-Math.log10(size));
    }

    /** A count with thousands apart. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A share as a percentage to three significant digits. */
    static String percent(double share) {
        double percent = 100 * share;
        if (percent == 0) {
            return "0 %";
        }
        int decimals = percent >= 10 ? 1 : percent >= 1 ? 2 : (int) Math.ceil(-Math.log10(percent)) + 2;
        return String.format(Locale.ROOT, "%." + Math.min(decimals, 8) + "f %%", percent);
    }
}
