package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;

/**
 * Activations of one batch of prompts with their codes.
 *
 * @param x activations of the measured tokens, [n, d]
 * @param codes their codes, [n, F]
 * @param reconstruction their reconstructions, [n, d]
 * @param prompts the index of the prompt of each token, [n], distinct among the prompts of all batches
 */
public record CoreBatch(double[][] x, double[][] codes, double[][] reconstruction, int[] prompts) {
    /** Checks the numbers of rows. */
    public CoreBatch {
        int rows = x.length;
        InvalidInputException.require(
                codes.length == rows && reconstruction.length == rows && prompts.length == rows,
                () -> "the batch has " + rows + " activations, " + codes.length + " codes, " + reconstruction.length
                        + " reconstructions and " + prompts.length + " prompts, expected equal numbers");
    }

    /**
     * Encodes and reconstructs activations.
     *
     * @param dictionary the dictionary
     * @param x activations of the measured tokens, [n, d]
     * @param prompts as in the canonical constructor
     * @return the batch
     */
    public static CoreBatch of(Float64Dictionary dictionary, double[][] x, int[] prompts) {
        return new CoreBatch(x, dictionary.encode(x), dictionary.reconstruct(x), prompts);
    }
}
