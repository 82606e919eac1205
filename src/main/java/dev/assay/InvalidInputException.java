package dev.assay;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Something that a person gave to Assay cannot be used: a file, an option, a configuration. The message is one sentence for that
 * person and names the thing, what was found, and what was expected. The command line prints it alone and exits with code 2.
 */
public final class InvalidInputException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_WORD = 400;
    private static final int LONGEST = 1000;

    /**
     * Makes the exception.
     *
     * @param message the sentence to print; what is very long in it is shortened, as it may come from a damaged file
     */
    public InvalidInputException(String message) {
        super(line(message));
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message the sentence to print
     * @param cause what was thrown underneath
     */
    public InvalidInputException(String message, Throwable cause) {
        super(line(message), cause);
    }

    /** Returns a message as one line of a length that a person can read. */
    private static String line(String message) {
        String line = shortened(message.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\u0085]+", " "), LONGEST);
        return line.length() <= LONGEST_WORD
                ? line
                : Arrays.stream(line.split(" ", -1))
                        .map(word -> shortened(word, LONGEST_WORD))
                        .collect(Collectors.joining(" "));
    }

    /** Keeps the beginning and the end of a text that is too long. */
    private static String shortened(String text, int longest) {
        int part = longest / 2 - 2;
        return text.length() <= longest ? text : text.substring(0, part) + "..." + text.substring(text.length() - part);
    }
}
