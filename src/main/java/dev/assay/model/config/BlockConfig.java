package dev.assay.model.config;

/**
 * How attention and feed-forward layer form a block.
 *
 * @param norm the norm of every layer
 * @param parallel whether both read the residual stream before the block
 * @param sharedNorm whether both share one norm in a parallel block
 * @param postNorms whether their outputs are normalised too
 */
public record BlockConfig(Norm norm, boolean parallel, boolean sharedNorm, boolean postNorms) {
    /** Checks that only parallel blocks share a norm. */
    public BlockConfig {
        if (sharedNorm && !parallel) {
            throw new IllegalArgumentException("sharedNorm is true in a sequential block, expected a parallel block");
        }
    }
}
