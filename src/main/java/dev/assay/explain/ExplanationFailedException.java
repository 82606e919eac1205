package dev.assay.explain;

/** Exception for a feature that an explainer cannot explain. The failure is counted; a placeholder text would be scored as an explanation. */
public final class ExplanationFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    /**
     * Creates the exception.
     *
     * @param kind the kind of failure
     * @param reason one sentence: the source, the problem and what was expected
     */
    public ExplanationFailedException(FailureKind kind, String reason) {
        super(reason);
        this.kind = kind;
    }

    /** {@return the kind of failure} */
    public FailureKind kind() {
        return kind;
    }
}
