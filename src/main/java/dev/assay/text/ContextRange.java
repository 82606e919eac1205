package dev.assay.text;

import dev.assay.InvalidInputException;
import java.io.Serializable;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A range of contexts of a corpus, numbered from 0 in the order of the text.
 *
 * @param from the first context
 * @param to the context after the last one; equal to {@code from} for an empty range
 */
public record ContextRange(long from, long to) implements Serializable {
    /** Every context. */
    public static final ContextRange ALL = new ContextRange(0, Long.MAX_VALUE);

    /** Checks the order. */
    public ContextRange {
        InvalidInputException.require(
                from >= 0 && from <= to,
                "the contexts are " + from + " to " + to + ", expected a range that starts at 0 or later and does not "
                        + "end before its start");
    }

    /** {@return the number of contexts} */
    public long size() {
        return to - from;
    }

    /** {@return whether the range has no context} */
    public boolean isEmpty() {
        return from == to;
    }

    /**
     * Returns whether all contexts of another range are in this range.
     *
     * @param other a range
     * @return whether this range contains it
     */
    public boolean contains(ContextRange other) {
        return from <= other.from && other.to <= to;
    }

    /**
     * Splits the range at multiples of a number of contexts, counted from context 0.
     *
     * @param contexts the number of contexts of each part except the first and the last, at least 1
     * @return the parts in order; none for an empty range
     */
    public List<ContextRange> split(long contexts) {
        InvalidInputException.require(
                contexts >= 1, "a part of a corpus has " + contexts + " contexts, expected at least 1");
        if (isEmpty()) {
            return List.of();
        }
        return LongStream.rangeClosed(from / contexts, (to - 1) / contexts)
                .mapToObj(part -> new ContextRange(
                        Math.max(from, part * contexts), part == (to - 1) / contexts ? to : (part + 1) * contexts))
                .toList();
    }

    @Override
    public String toString() {
        return to == Long.MAX_VALUE ? "contexts from " + from : "contexts " + from + " to " + to;
    }
}
