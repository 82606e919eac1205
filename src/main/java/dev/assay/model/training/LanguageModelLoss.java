package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** The training loss of a language model. */
public final class LanguageModelLoss {
    private LanguageModelLoss() {}

    /** {@return the mean of −log p(next token) over tokens, int64 [batch, position], as a scalar; gradients flow} */
    public static NDArray of(HookedTransformer model, NDArray tokens) {
        try (Scope scope = Scope.open()) {
            NDArray logits = model.forward(tokens.get(":, :-1"));
            return scope.keep(mean(logits, tokens));
        }
    }

    /**
     * Computes the weighted mean of −log p(token | tokens before it): Σ w·loss / Σ w over all tokens except the first one of each row.
     *
     * @param model a whole model
     * @param rows at least one token with a weight above 0 after the first one of its row
     * @return a scalar; gradients flow. Tokens of weight 0 have no influence except as the context of later tokens
     */
    public static NDArray of(HookedTransformer model, TokenRows rows) {
        try (Scope scope = Scope.open()) {
            NDArray tokens = rows.toArray(model.manager());
            NDArray logits = model.forward(tokens.get(":, :-1"));
            return scope.keep(of(logits, tokens, rows));
        }
    }

    /** Computes the weighted mean from the logits of all tokens except the last one of each row. */
    static NDArray of(NDArray logits, NDArray tokens, TokenRows rows) {
        return rows.isUniform() ? mean(logits, tokens) : weightedMean(logits, rows);
    }

    private static NDArray mean(NDArray logits, NDArray tokens) {
        NDArray next = tokens.get(":, 1:").flatten();
        return Aten.crossEntropy(logits.reshape(next.size(), -1), next).mean();
    }

    private static NDArray weightedMean(NDArray logits, TokenRows rows) {
        int[] trained = rows.targets().filter(i -> rows.lossWeights()[i] > 0).toArray();
        if (trained.length == 0) {
            throw new IllegalArgumentException("no token of a batch has a loss weight above 0, expected at least one");
        }
        long[] predicting = new long[trained.length];
        long[] targets = new long[trained.length];
        float[] weights = new float[trained.length];
        double sum = 0;
        for (int i = 0; i < trained.length; i++) {
            // The logits have one position per row less than the tokens.
            predicting[i] = trained[i] - 1 - trained[i] / rows.length();
            targets[i] = rows.ids()[trained[i]];
            weights[i] = rows.lossWeights()[trained[i]];
            sum += weights[i];
        }
        NDArray flat = logits.reshape((long) rows.rows() * (rows.length() - 1), -1);
        // The gradient of an embedding is that of the selection of rows.
        NDArray chosen = Aten.embedding(flat, Aten.longs(logits.getManager(), predicting));
        NDArray losses = Aten.crossEntropy(chosen, Aten.longs(logits.getManager(), targets));
        return Aten.div(losses.mul(logits.getManager().create(weights)).sum(), sum);
    }
}
