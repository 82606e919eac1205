package dev.assay.activation;

import ai.djl.ndarray.NDArray;

/**
 * Activations with the tokens of their positions.
 *
 * @param values [rows, width], at least one row
 * @param tokens token ids, [rows]
 * @param documents the index in the corpus of the document of each token, [rows]
 * @param positions the index of each token in its document, from 0, [rows]; -1 for a prepended BOS token
 */
public record ActivationRows(NDArray values, long[] tokens, long[] documents, int[] positions) {
    /** Checks that all lengths are equal. */
    public ActivationRows {
        long rows = values.getShape().get(0);
        if (tokens.length != rows || documents.length != rows || positions.length != rows) {
            throw new IllegalArgumentException(
                    rows + " rows of activations have " + tokens.length + " tokens, " + documents.length
                            + " documents and " + positions.length + " positions, expected one of each per row");
        }
    }
}
