package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;

/**
 * Positions of a context, with the meaning of Python's {@code slice(start, stop, step)}: negative numbers count from the end.
 *
 * @param start the first position; null for 0
 * @param stop the position after the last one; null for the length of the context
 * @param step the distance of two positions, at least 1
 */
public record PositionSlice(Integer start, Integer stop, int step) {
    /** All positions. */
    public static final PositionSlice ALL = new PositionSlice(null, null, 1);

    private static final String EXPECTED = "expected a slice such as [1, null]";

    /** Checks the step. */
    public PositionSlice {
        InvalidInputException.require(step >= 1, "the step of seqpos_slice is " + step + ", expected at least 1");
    }

    /** Reads {@code seqpos_slice}: null, or a list of one to three integers or null, which are the arguments of {@code slice}. */
    static PositionSlice of(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return ALL;
        }
        InvalidInputException.require(
                value.isArray() && !value.isEmpty() && value.size() <= 3,
                () -> "seqpos_slice is " + value + ", " + EXPECTED);
        value.forEach(element -> InvalidInputException.require(
                element.isNull() || element.canConvertToInt() && element.isIntegralNumber(),
                () -> "seqpos_slice is " + value + ", " + EXPECTED));
        Integer first = number(value.get(0));
        if (value.size() == 1) {
            return new PositionSlice(null, first, 1);
        }
        Integer step = value.size() == 3 ? number(value.get(2)) : null;
        return new PositionSlice(first, number(value.get(1)), step == null ? 1 : step);
    }

    private static Integer number(JsonNode element) {
        return element.isNull() ? null : Integer.valueOf(element.intValue());
    }

    /**
     * Returns whether this slice has a position.
     *
     * @param position the position, from 0
     * @param length the number of positions of the context
     * @return true if it has
     */
    public boolean includes(int position, int length) {
        int from = bound(start, 0, length);
        return position >= from && position < bound(stop, length, length) && (position - from) % step == 0;
    }

    /**
     * Returns the number of later positions that a position depends on: positions counted from the end change while a context grows.
     *
     * @return the number of following positions after which {@link #includes} is final for a position
     */
    public int laterPositions() {
        int first = start == null ? 0 : start;
        int end = stop == null ? 0 : stop;
        return Math.max(0, Math.max(-first, -end));
    }

    private static int bound(Integer value, int otherwise, int length) {
        if (value == null) {
            return otherwise;
        }
        return Math.min(Math.max(value < 0 ? value + length : value, 0), length);
    }
}
