package dev.assay.model;

/** How the model knows where a token stands. */
public sealed interface Positions {
    /** A learned vector for each position is added to the embedding. */
    record Learned() implements Positions {}

    /**
     * Queries and keys are turned by an angle that grows with the position (arXiv 2104.09864).
     *
     * @param dimensions how many of a head's dimensions turn; the rest pass
     * @param base the base of the frequencies
     */
    record Rotary(int dimensions, double base) implements Positions {
        /** Checks the numbers. */
        public Rotary {
            if (dimensions < 2 || dimensions % 2 != 0) {
                throw new IllegalArgumentException(
                        "rotary dimensions are " + dimensions + ", expected an even number of at least 2");
            }
            if (!(base > 0)) {
                throw new IllegalArgumentException("the rotary base is " + base + ", expected a positive number");
            }
        }
    }
}
