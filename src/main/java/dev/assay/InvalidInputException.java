package dev.assay;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Exception for unusable input: a file, an option, a configuration. The message is one sentence for the user that names the source of the
 * problem, the value found and the value expected. The command line prints only the message and exits with code 2.
 */
public final class InvalidInputException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_WORD = 400;
    private static final int LONGEST = 1000;

    /**
     * Creates the exception.
     *
     * @param message the sentence to print; very long parts, which can come from a damaged file, are shortened
     */
    public InvalidInputException(String message) {
        super(line(message));
    }

    /**
     * Creates the exception with a cause.
     *
     * @param message the sentence to print
     * @param cause the underlying exception
     */
    public InvalidInputException(String message, Throwable cause) {
        super(line(message), cause);
    }

    /**
     * Checks a condition on a caller's input.
     *
     * @param holds whether the input is usable
     * @param message the sentence to print if it is not
     * @throws InvalidInputException if the condition does not hold
     */
    public static void require(boolean holds, String message) {
        if (!holds) {
            throw new InvalidInputException(message);
        }
    }

    /**
     * Checks a condition on a caller's input whose message is costly to build.
     *
     * @param holds whether the input is usable
     * @param message builds the sentence to print; called only if the condition does not hold
     * @throws InvalidInputException if the condition does not hold
     */
    public static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new InvalidInputException(message.get());
        }
    }

    /**
     * Checks a number.
     *
     * @param holds whether the number is in range
     * @param name name of the number in the message
     * @param found the number
     * @param expected the range, in words
     * @throws InvalidInputException if the condition does not hold: "name is found, expected range"
     */
    public static void require(boolean holds, String name, double found, String expected) {
        if (!holds) {
            throw new InvalidInputException(name + " is " + found + ", expected " + expected);
        }
    }

    /**
     * Checks a lower limit.
     *
     * @param least the smallest usable number
     * @param name name of the number in the message
     * @param found the number
     * @return the number
     * @throws InvalidInputException if the number is smaller: "name is found, expected at least least"
     */
    public static int requireAtLeast(int least, String name, int found) {
        return (int) requireAtLeast((long) least, name, (long) found);
    }

    /**
     * Checks a lower limit.
     *
     * @param least the smallest usable number
     * @param name name of the number in the message
     * @param found the number
     * @return the number
     * @throws InvalidInputException if the number is smaller: "name is found, expected at least least"
     */
    public static long requireAtLeast(long least, String name, long found) {
        if (found < least) {
            throw new InvalidInputException(name + " is " + found + ", expected at least " + least);
        }
        return found;
    }

    /** Returns a message as one line of limited length. */
    private static String line(String message) {
        String line = shortened(message.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\u0085]+", " "), LONGEST);
        return line.length() <= LONGEST_WORD
                ? line
                : Arrays.stream(line.split(" ", -1))
                        .map(word -> shortened(word, LONGEST_WORD))
                        .collect(Collectors.joining(" "));
    }

    /** Keeps the beginning and the end of a long text. */
    private static String shortened(String text, int longest) {
        int part = longest / 2 - 2;
        return text.length() <= longest ? text : text.substring(0, part) + "..." + text.substring(text.length() - part);
    }
}
