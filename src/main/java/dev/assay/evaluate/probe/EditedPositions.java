package dev.assay.evaluate.probe;

/**
 * The positions of prompts at which activations are edited.
 *
 * @param everywhere whether all positions from {@code first} on are edited; otherwise only the prediction position
 * @param first the first edited position
 * @param padding whether positions after the prediction position, which do not affect it, are edited and counted in the size of the edit
 */
public record EditedPositions(boolean everywhere, int first, boolean padding) {
    /** The prediction position. */
    public static final EditedPositions PREDICTION = new EditedPositions(false, 0, false);

    /** All positions of the prompt. */
    public static final EditedPositions ALL = new EditedPositions(true, 0, false);

    /** Returns the first edited position of a prompt. */
    int from(int length) {
        return everywhere ? Math.min(first, length) : length - 1;
    }

    /** Returns the exclusive end of the edited positions of a prompt. */
    int to(int length, int padded) {
        return everywhere && padding ? padded : length;
    }
}
