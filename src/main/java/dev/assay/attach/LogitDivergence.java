package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;

/**
 * The divergence of two next-token distributions, in nats: {@code KL(p ‖ q) = Σ p · ln(p / q)}, with p and q the softmax of logits
 * [n, V]. Divergences have the type of the logits; sums are in float64.
 */
public final class LogitDivergence {
    private LogitDivergence() {}

    /**
     * Returns the divergence of each row.
     *
     * @param p logits [n, V]
     * @param q logits [n, V]
     * @return [n]
     */
    public static NDArray perToken(NDArray p, NDArray q) {
        try (Scope scope = Scope.open()) {
            NDArray logP = p.logSoftmax(-1);
            NDArray logQ = q.logSoftmax(-1);
            return scope.keep(logP.exp().mul(logP.sub(logQ)).sum(new int[] {1}));
        }
    }

    /**
     * Returns the divergence of each row in float64.
     *
     * @param p logits [n, V] of any type
     * @param q logits [n, V] of any type
     * @return n divergences
     */
    public static double[] inFloat64(NDArray p, NDArray q) {
        try (Scope scope = Scope.open()) {
            return perToken(p.toType(DataType.FLOAT64, false), q.toType(DataType.FLOAT64, false))
                    .toDoubleArray();
        }
    }

    /**
     * Returns the sum of the divergences, each computed in the type of the logits and added in float64.
     *
     * @param p logits [n, V]
     * @param q logits [n, V]
     * @return the sum over n
     */
    public static double sum(NDArray p, NDArray q) {
        try (Scope scope = Scope.open()) {
            return perToken(p, q).toType(DataType.FLOAT64, false).sum().getDouble();
        }
    }
}
