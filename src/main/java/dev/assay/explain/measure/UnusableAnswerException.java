package dev.assay.explain.measure;

/** An answer of a language model that cannot be scored. It is counted as a failure of its kind and never replaced by a default. */
public final class UnusableAnswerException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** The kind of an unusable answer. */
    public enum Kind {
        /** The answer has no list, number or mark where one was requested. */
        NO_ANSWER,
        /** The answer is there, but cannot be parsed. */
        MALFORMED,
        /** The answer has another number of entries than items. */
        WRONG_LENGTH,
        /** A number is outside the range. */
        OUT_OF_RANGE
    }

    /**
     * Creates the exception.
     *
     * @param kind the kind
     * @param message what was found and what was expected
     */
    public UnusableAnswerException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** {@return the kind} */
    public Kind kind() {
        return kind;
    }

    static String brief(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() > 60 ? line.substring(0, 57) + "..." : line;
    }
}
