package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * The predictions of all tokens but the first of each text, as log-probabilities. They are computed once and serve losses and divergences.
 *
 * @param log natural logarithms of probabilities, [batch, position, V]
 * @param probabilities their exponentials, [batch, position, V]; only of predictions that others are compared with
 * @param targets the predicted tokens, int64 [batch, position − 1, 1]
 */
record Predictions(NDArray log, NDArray probabilities, NDArray targets) {
    /** Returns the predictions of an unedited model, [batch, position, V] logits of int64 tokens [batch, position]. */
    static Predictions clean(NDArray logits, NDArray tokens) {
        NDArray log = logits.logSoftmax(-1);
        return new Predictions(log, log.exp(), tokens.get(new NDIndex(":, 1:")).expandDims(2));
    }

    /** Returns the predictions of the same tokens from logits of an edited model. */
    Predictions edited(NDArray logits) {
        return new Predictions(logits.logSoftmax(-1), probabilities, targets);
    }

    /** Returns the number of predicted tokens. */
    long count() {
        return targets.size();
    }

    /** Returns the cross-entropy of each predicted token in nats, float32 values [n]. */
    double[] losses() {
        return count() == 0 ? new double[0] : wide().toDoubleArray();
    }

    /** Returns the sum of the cross-entropies, added in float64. */
    double loss() {
        return wide().sum().getDouble();
    }

    private NDArray wide() {
        NDArray predicting = log.get(new NDIndex(":, :-1"));
        return Aten.gather(predicting, 2, targets).neg().reshape(-1).toType(DataType.FLOAT64, false);
    }

    /** Returns Σ KL(these ‖ others) over predicted tokens in nats: float32 divergences, added in float64. */
    double divergence(Predictions others) {
        try (Scope scope = Scope.open()) {
            NDArray terms = log.sub(others.log);
            Aten.mul_(terms, probabilities);
            NDArray perToken = terms.sum(new int[] {2}); // [batch, position]
            return perToken.get(new NDIndex(":, :-1"))
                    .reshape(-1)
                    .toType(DataType.FLOAT64, false)
                    .sum()
                    .getDouble();
        }
    }
}
