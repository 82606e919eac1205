package dev.assay.activation;

import ai.djl.ndarray.NDArray;

/**
 * Activations and the tokens that they stand at.
 *
 * @param values [rows, width], at least one row
 * @param tokens token ids, [rows]
 * @param documents the index in the corpus of the document of each token, [rows]
 * @param positions the place of each token among those of its document, from 0, [rows]; -1 for a BOS token put before it
 */
public record ActivationRows(NDArray values, long[] tokens, long[] documents, int[] positions) {
    /** Checks the lengths. */
    public ActivationRows {
        long rows = values.getShape().get(0);
        if (tokens.length != rows || documents.length != rows || positions.length != rows) {
            throw new IllegalArgumentException(rows + " rows of activations at " + tokens.length + " tokens, "
                    + documents.length + " documents and " + positions.length + " positions");
        }
    }
}
