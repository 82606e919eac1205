package dev.assay.explain;

/** The reasons why a judge has no answer for an item. A failure is counted and never becomes a score. */
public enum FailureKind {
    /** The server reports an error, or the connection fails. */
    HTTP,
    /** No complete answer within the time limit. */
    TIMEOUT,
    /** The model declines to answer. */
    REFUSAL,
    /** A content filter removed the prompt or the answer. */
    CONTENT_FILTER,
    /** The answer reaches the limit of tokens before its end, or the prompt does not fit the context. */
    TRUNCATED,
    /** The answer does not have the requested form. */
    UNPARSABLE,
    /** The answer has a list of another length than the question. */
    WRONG_LENGTH,
    /** The answer has a value outside the permitted range. */
    OUT_OF_RANGE;

    /** {@return whether the answer was lost on its way, so that a rerun requests it again} */
    public boolean isTransient() {
        return this == HTTP || this == TIMEOUT;
    }
}
