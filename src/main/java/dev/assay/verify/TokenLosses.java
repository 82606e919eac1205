package dev.assay.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;

/**
 * Next-token losses of a batch.
 *
 * @param perToken −log p(next token), [batch, position − 1], in nats
 * @param mean the mean over positions that are no padding and are followed by no padding
 */
record TokenLosses(NDArray perToken, double mean) {
    /** Computes the losses of logits [batch, position, V]; the mask is null without padding. */
    static TokenLosses of(NDArray logits, NDArray tokens, NDArray mask) {
        long batch = tokens.getShape().get(0);
        long pairs = tokens.getShape().get(1) - 1;
        NDArray before = logits.get(":, :-1").reshape(batch * pairs, -1);
        NDArray next = tokens.get(":, 1:").reshape(batch * pairs);
        NDArray perToken = Aten.crossEntropy(before, next).reshape(batch, pairs);
        NDArray kept = mask == null ? perToken.onesLike() : pairsKept(mask);
        NDArray losses = perToken.toType(DataType.FLOAT64, false);
        NDArray weights = kept.toType(DataType.FLOAT64, false);
        double mean = losses.mul(weights).sum().getDouble() / weights.sum().getDouble();
        return new TokenLosses(perToken, mean);
    }

    private static NDArray pairsKept(NDArray mask) {
        NDArray real = mask.toType(DataType.FLOAT32, false);
        return real.get(":, :-1").mul(real.get(":, 1:"));
    }
}
