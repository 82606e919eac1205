package dev.assay.explain;

import java.util.OptionalDouble;

/** The answer of a judge about one item, or a typed failure. */
public sealed interface Verdict {
    /**
     * An answer.
     *
     * @param positive whether the item was predicted positive
     * @param probability a larger number means more likely positive, such as a probability or a similarity; empty for a plain yes or no
     */
    record Given(boolean positive, OptionalDouble probability) implements Verdict {}

    /**
     * A missing answer.
     *
     * @param kind the kind of failure
     */
    record Failed(FailureKind kind) implements Verdict {}

    /**
     * Creates a plain answer.
     *
     * @param positive whether the item was predicted positive
     * @return the answer
     */
    static Verdict of(boolean positive) {
        return new Given(positive, OptionalDouble.empty());
    }

    /**
     * Creates an answer with a probability or another score.
     *
     * @param positive whether the item was predicted positive
     * @param probability the score, not NaN
     * @return the answer
     */
    static Verdict of(boolean positive, double probability) {
        return new Given(positive, OptionalDouble.of(probability));
    }

    /**
     * Creates a failure.
     *
     * @param kind the kind of failure
     * @return the failure
     */
    static Verdict failed(FailureKind kind) {
        return new Failed(kind);
    }
}
