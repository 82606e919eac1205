package dev.assay.text.dialogue;

/**
 * The tokens of a turn. The marker before the text is {@code [start, textStart)}, the marker after it {@code [textEnd, end)}.
 *
 * @param role the role of the turn
 * @param start the first token, including the marker before the text
 * @param textStart the first token of the text
 * @param textEnd the end of the text (exclusive)
 * @param end the end of the turn (exclusive), including the marker after the text
 */
public record RoleSpan(Role role, int start, int textStart, int textEnd, int end) {
    /** Checks the order. */
    public RoleSpan {
        if (start < 0 || textStart < start || textEnd < textStart || end < textEnd) {
            throw new IllegalArgumentException("the span " + start + ", " + textStart + ", " + textEnd + ", " + end
                    + " is not in ascending order");
        }
    }
}
