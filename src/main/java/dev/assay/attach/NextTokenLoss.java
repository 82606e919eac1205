package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * The cross-entropy of next-token predictions, in nats: {@code −log softmax(logits)[next token]}. Predictions are rows [n, V] with one
 * target each. Losses have the type of the logits; sums are in float64. Gradients flow through {@link #perToken}.
 */
public final class NextTokenLoss {
    private NextTokenLoss() {}

    /**
     * Returns the logits that predict a token of the text, those of all positions but the last.
     *
     * @param logits [batch, position, V]
     * @return [batch · (position − 1), V]
     */
    public static NDArray predictions(NDArray logits) {
        long vocabulary = logits.getShape().get(2);
        return logits.get(new NDIndex(":, :-1")).reshape(-1, vocabulary);
    }

    /**
     * Returns the tokens that are predicted, all but the first of each text.
     *
     * @param tokens int64 [batch, position]
     * @return int64 [batch · (position − 1)]
     */
    public static NDArray targets(NDArray tokens) {
        return tokens.get(new NDIndex(":, 1:")).reshape(-1);
    }

    /**
     * Returns the loss of each prediction.
     *
     * @param predictions [n, V]; losses are computed in its type
     * @param targets int64 [n]
     * @return [n]
     */
    public static NDArray perToken(NDArray predictions, NDArray targets) {
        return Aten.crossEntropy(predictions, targets);
    }

    /**
     * Returns the loss of each prediction in float64.
     *
     * @param predictions [n, V] of any type
     * @param targets int64 [n]
     * @return n losses
     */
    public static double[] inFloat64(NDArray predictions, NDArray targets) {
        if (targets.size() == 0) {
            return new double[0];
        }
        try (Scope scope = Scope.open()) {
            return perToken(predictions.toType(DataType.FLOAT64, false), targets)
                    .toDoubleArray();
        }
    }

    /**
     * Returns the sum of the losses, each computed in the type of the logits and added in float64.
     *
     * @param predictions [n, V]
     * @param targets int64 [n]
     * @return the sum over n
     */
    public static double sum(NDArray predictions, NDArray targets) {
        try (Scope scope = Scope.open()) {
            return perToken(predictions, targets)
                    .toType(DataType.FLOAT64, false)
                    .sum()
                    .getDouble();
        }
    }
}
