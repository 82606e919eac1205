package dev.assay.model.config;

/** The position encoding of a model. */
public sealed interface PositionEncoding {
    /** A learned vector for each position is added to the embedding. */
    record Learned() implements PositionEncoding {}

    /**
     * Queries and keys are rotated by angles proportional to the position (arXiv 2104.09864).
     *
     * @param dimensions r, the number of rotated dimensions of a head. Dimensions are rotated in pairs, so an odd number rotates one
     *     more
     * @param base the base of the frequencies
     * @param scaling the scaling of the frequencies for long contexts
     */
    record Rotary(int dimensions, double base, RotaryScaling scaling) implements PositionEncoding {
        /** Checks the numbers. */
        public Rotary {
            if (dimensions < 1) {
                throw new IllegalArgumentException("rotary dimensions are " + dimensions + ", expected at least 1");
            }
            if (!(base > 0)) {
                throw new IllegalArgumentException("the rotary base is " + base + ", expected a positive number");
            }
            if (scaling instanceof RotaryScaling.Dynamic && dimensions < 3) {
                throw new IllegalArgumentException(
                        "rotary dimensions are " + dimensions + ", expected at least 3 for the dynamic scaling");
            }
        }

        /** {@return the number of rotated dimensions, an even number} */
        public int rotated() {
            return dimensions + dimensions % 2;
        }
    }

    /**
     * Blocks with an attention window use a different rotary embedding.
     *
     * @param windowed for blocks with an attention window
     * @param full for the other blocks
     */
    record RotaryByWindow(Rotary windowed, Rotary full) implements PositionEncoding {}
}
