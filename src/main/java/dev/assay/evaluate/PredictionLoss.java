package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** How good next-token predictions are, and how far apart, in nats and summed over rows in float64. */
final class PredictionLoss {
    private PredictionLoss() {}

    /**
     * Returns {@code Σ −log softmax(logits)[target]}.
     *
     * @param logits [n, vocabulary]
     * @param targets int64 [n]
     * @return the sum over rows
     */
    static double crossEntropy(NDArray logits, NDArray targets) {
        try (Scope scope = Scope.open()) {
            return sum(Aten.crossEntropy(logits, targets));
        }
    }

    /**
     * Returns {@code Σ KL(softmax(p) ‖ softmax(q))}.
     *
     * @param p logits [n, vocabulary]
     * @param q logits [n, vocabulary]
     * @return the sum over rows
     */
    static double divergence(NDArray p, NDArray q) {
        try (Scope scope = Scope.open()) {
            NDArray logP = p.logSoftmax(-1);
            NDArray logQ = q.logSoftmax(-1);
            return sum(logP.exp().mul(logP.sub(logQ)).sum(new int[] {1}));
        }
    }

    private static double sum(NDArray rows) {
        return rows.toType(DataType.FLOAT64, false).sum().getDouble();
    }
}
