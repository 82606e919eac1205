package dev.assay.train.collective;

/** The quantities that the workers of one dictionary exchange in a training step. */
public enum Exchange {
    /** The largest scores of each row, from which the selected latents follow. */
    ROW_SELECTION,
    /** The bound and the counts of a selection over the whole batch. */
    BATCH_SELECTION,
    /** The reconstruction of the batch, [batch, d_out]. */
    RECONSTRUCTION,
    /** The part of the decoder bias's gradient through the centred input, [d_in]. */
    CENTRE_GRADIENT,
    /** One number per row, [batch]. */
    ROW_SUMS,
    /** The smallest selected activation. */
    SMALLEST_CODE,
    /** The number of active entries. */
    L0,
    /** The number of dead latents. */
    DEAD_LATENTS,
    /** Squared norms of gradients. */
    GRADIENT_NORM,
    /** The number of positive pre-activations of dead latents per row, [batch]. */
    AUXILIARY_COUNTS,
    /** The largest pre-activations of dead latents of each row. */
    AUXILIARY_SELECTION,
    /** The auxiliary reconstruction of the residual, [batch, d_out]. */
    AUXILIARY_RECONSTRUCTION
}
