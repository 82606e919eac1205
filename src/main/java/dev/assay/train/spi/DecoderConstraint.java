package dev.assay.train.spi;

/** The constraint on the norms of decoder rows; in a tied dictionary, of encoder rows. */
public enum DecoderConstraint {
    /** No constraint: for losses whose penalty includes the norms, or where norms do not matter. */
    FREE,
    /** Rows return to norm 1 after each step. */
    UNIT_NORM,
    /** As {@link #UNIT_NORM}, and the part of each row's gradient along the row is removed before Adam sees it. */
    UNIT_NORM_TANGENT(0),
    /**
     * As {@link #UNIT_NORM_TANGENT}, but that the directions of rows are taken to be {@code w / (‖w‖ + 10⁻⁶)}, as in most trainers of
     * dictionary_learning; what is left of the part along a row is about a millionth of it.
     */
    UNIT_NORM_NEAR_TANGENT(1e-6);

    private final double slack;

    DecoderConstraint() {
        this(Double.NaN);
    }

    DecoderConstraint(double slack) {
        this.slack = slack;
    }

    /** {@return whether decoder rows are kept at norm 1} */
    public boolean unitNorm() {
        return this != FREE;
    }

    /** {@return whether gradients along decoder rows are removed} */
    public boolean tangent() {
        return !Double.isNaN(slack);
    }

    /**
     * Returns the number that is added to the norms that directions are divided by.
     *
     * @return 0 or more; NaN unless {@link #tangent}
     */
    public double slack() {
        return slack;
    }
}
