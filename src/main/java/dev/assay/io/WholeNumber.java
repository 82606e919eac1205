package dev.assay.io;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whole numbers as people write them: {@code 20000}, {@code 1_000_000}, {@code 4k}, {@code 1.5M}. The suffixes k, M and G are powers of
 * 1,000; underscores separate digits.
 */
public final class WholeNumber {
    /** The accepted forms, for error messages. */
    public static final String FORM = "a whole number such as 20000, 1_000_000, 20k or 1.5M";

    private static final Pattern NUMBER = Pattern.compile("([+-]?\\d(?:_?\\d)*)(?:(?:\\.(\\d+))?([kKMG]))?");

    private WholeNumber() {}

    /**
     * Reads a number.
     *
     * @param text the number, without spaces
     * @return its value
     * @throws NumberFormatException if the text has another form, or the value is not whole or not a 64-bit integer
     */
    public static long parse(String text) {
        Matcher parts = NUMBER.matcher(text);
        if (!parts.matches()) {
            throw new NumberFormatException("\"" + text + "\" is not " + FORM);
        }
        String whole = parts.group(1).replace("_", "");
        String fraction = parts.group(2) == null ? "0" : parts.group(2);
        try {
            return new BigDecimal(whole + "." + fraction)
                    .scaleByPowerOfTen(powerOfTen(parts.group(3)))
                    .longValueExact();
        } catch (ArithmeticException inexact) {
            throw (NumberFormatException)
                    new NumberFormatException("\"" + text + "\" is not whole, or has more than 64 bits")
                            .initCause(inexact);
        }
    }

    private static int powerOfTen(String suffix) {
        if (suffix == null) {
            return 0;
        }
        return switch (suffix) {
            case "M" -> 6;
            case "G" -> 9;
            default -> 3;
        };
    }
}
