package dev.assay.model.config;

/**
 * How the halves of a model's blocks are put together.
 *
 * @param norm what normalises the input of each half
 * @param parallel whether both halves read the same residual stream
 * @param sharedNorm whether one norm serves both halves of a parallel block
 * @param postNorms whether the result of each half is normalised too
 */
public record BlockConfig(Norm norm, boolean parallel, boolean sharedNorm, boolean postNorms) {
    /** Checks that only parallel blocks share a norm. */
    public BlockConfig {
        if (sharedNorm && !parallel) {
            throw new IllegalArgumentException("one norm serves both halves, expected a parallel block");
        }
    }
}
