package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** The loss that a language model is trained on. */
public final class NextTokenLoss {
    private NextTokenLoss() {}

    /** Returns the mean of −log p(next token) over int64 [batch, position] tokens, a scalar; gradients flow. */
    public static NDArray of(HookedTransformer model, NDArray tokens) {
        try (Scope scope = Scope.open()) {
            NDArray seen = tokens.get(":, :-1");
            NDArray next = tokens.get(":, 1:").flatten();
            NDArray logits = model.forward(seen).reshape(next.size(), -1);
            return scope.keep(Aten.crossEntropy(logits, next).mean());
        }
    }
}
