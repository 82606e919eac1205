package dev.assay;

/**
 * Something that a person gave to Assay cannot be used: a file, an option, a configuration. The message is one sentence for that
 * person and names the thing, what was found, and what was expected. The command line prints it alone and exits with code 2.
 */
public final class InvalidInputException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message the sentence to print
     */
    public InvalidInputException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message the sentence to print
     * @param cause what was thrown underneath
     */
    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
