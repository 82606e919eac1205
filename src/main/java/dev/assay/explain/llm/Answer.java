package dev.assay.explain.llm;

import dev.assay.explain.FailureKind;
import java.util.function.Function;

/**
 * The result of a request: a value or a typed failure.
 *
 * @param <T> the type of the value
 */
public sealed interface Answer<T> {
    /**
     * An answer with a value.
     *
     * @param <T> the type of the value
     * @param value the value
     */
    record Received<T>(T value) implements Answer<T> {}

    /**
     * A failed request or an unusable answer.
     *
     * @param <T> the type of the missing value
     * @param kind the kind of failure
     * @param reason one sentence: the source, the problem and what was expected
     */
    record Failed<T>(FailureKind kind, String reason) implements Answer<T> {}

    /**
     * Creates an answer with a value.
     *
     * @param <T> the type of the value
     * @param value the value
     * @return the answer
     */
    static <T> Answer<T> received(T value) {
        return new Received<>(value);
    }

    /**
     * Creates a failure.
     *
     * @param <T> the type of the missing value
     * @param kind the kind of failure
     * @param reason one sentence
     * @return the failure
     */
    static <T> Answer<T> failed(FailureKind kind, String reason) {
        return new Failed<>(kind, reason);
    }

    /**
     * Parses the value; a failure stays the same.
     *
     * @param <R> the type of the result
     * @param parser converts the value or returns a failure
     * @return the result
     */
    default <R> Answer<R> then(Function<T, Answer<R>> parser) {
        if (this instanceof Received<T> received) {
            return parser.apply(received.value());
        }
        Failed<T> failed = (Failed<T>) this;
        return failed(failed.kind(), failed.reason());
    }
}
