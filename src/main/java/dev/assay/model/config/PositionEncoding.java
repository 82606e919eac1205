package dev.assay.model.config;

/** How the model knows where a token stands. */
public sealed interface PositionEncoding {
    /** A learned vector for each position is added to the embedding. */
    record Learned() implements PositionEncoding {}

    /**
     * Queries and keys are turned by an angle that grows with the position (arXiv 2104.09864).
     *
     * @param dimensions r, how many of a head's dimensions turn; the rest pass. Dimensions turn in pairs, so that an odd number turns
     *     one more
     * @param base the base of the frequencies
     * @param scaling how the frequencies are changed for long texts
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

        /** Returns how many dimensions turn, an even number. */
        public int turned() {
            return dimensions + dimensions % 2;
        }
    }

    /**
     * Blocks that see a window of tokens turn differently from those that see all.
     *
     * @param windowed of the blocks with a window
     * @param full of the others
     */
    record RotaryByWindow(Rotary windowed, Rotary full) implements PositionEncoding {}
}
