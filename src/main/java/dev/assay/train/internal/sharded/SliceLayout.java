package dev.assay.train.internal.sharded;

import dev.assay.InvalidInputException;

/**
 * The division of a dictionary into slices of consecutive latents, and of the slices into workers. The slices decide the result of a run; the
 * workers do not.
 *
 * @param dSae the number of latents
 * @param slices the number of slices
 * @param workers the number of workers, each with consecutive slices
 */
public record SliceLayout(int dSae, int slices, int workers) {
    /** Checks the ranges. */
    public SliceLayout {
        InvalidInputException.require(
                slices >= 1 && slices <= dSae,
                () -> "the number of slices is " + slices + ", expected 1 to the " + dSae + " latents");
        InvalidInputException.require(
                workers >= 1 && workers <= slices,
                () -> "the number of workers is " + workers + ", expected 1 to the " + slices + " slices");
    }

    /** Returns the first latent of a slice; of the number of slices, the number of latents. */
    public int firstLatent(int slice) {
        return (int) ((long) slice * dSae / slices);
    }

    /** Returns the first slice of a worker; of the number of workers, the number of slices. */
    public int firstSlice(int worker) {
        return (int) ((long) worker * slices / workers);
    }

    /** Returns the number of slices of a worker. */
    public int slicesOf(int worker) {
        return firstSlice(worker + 1) - firstSlice(worker);
    }
}
