package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;

/**
 * Options of {@link Leace}.
 *
 * @param affine whether the edit keeps the mean of the rows; otherwise it keeps 0
 * @param shrinkage whether the covariance is shrunk towards a multiple of the identity (Ledoit and Wolf, in the form of Bodnar, Gupta and
 *     Parolya, 2014), which helps if there are few rows per column
 * @param whitened whether the edit is the least change of the rows in the metric of their covariance; otherwise the projection is
 *     orthogonal ("orth")
 * @param singularValueTolerance absolute singular value of the whitened cross-covariance up to which a direction is kept
 */
public record LeaceOptions(boolean affine, boolean shrinkage, boolean whitened, double singularValueTolerance) {
    /** Options of the original implementation: affine, shrinkage, whitened, tolerance 0.01. */
    public static final LeaceOptions DEFAULT = new LeaceOptions(true, true, true, 0.01);

    /** Checks the tolerance. */
    public LeaceOptions {
        InvalidInputException.require(
                singularValueTolerance >= 0 && Double.isFinite(singularValueTolerance),
                "the tolerance of singular values",
                singularValueTolerance,
                "at least 0");
    }

    /**
     * Returns these options with or without the mean.
     *
     * @param keepsMean whether the edit keeps the mean
     * @return the options
     */
    public LeaceOptions withAffine(boolean keepsMean) {
        return new LeaceOptions(keepsMean, shrinkage, whitened, singularValueTolerance);
    }

    /**
     * Returns these options with or without shrinkage.
     *
     * @param shrinks whether the covariance is shrunk
     * @return the options
     */
    public LeaceOptions withShrinkage(boolean shrinks) {
        return new LeaceOptions(affine, shrinks, whitened, singularValueTolerance);
    }

    /**
     * Returns these options with an oblique or an orthogonal projection.
     *
     * @param whitens whether the projection is orthogonal in the metric of the covariance
     * @return the options
     */
    public LeaceOptions withWhitening(boolean whitens) {
        return new LeaceOptions(affine, shrinkage, whitens, singularValueTolerance);
    }

    /**
     * Returns these options with another tolerance.
     *
     * @param tolerance absolute singular value
     * @return the options
     */
    public LeaceOptions withSingularValueTolerance(double tolerance) {
        return new LeaceOptions(affine, shrinkage, whitened, tolerance);
    }
}
