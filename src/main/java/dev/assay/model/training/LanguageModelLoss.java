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
            NDArray inputs = tokens.get(":, :-1");
            NDArray next = tokens.get(":, 1:").flatten();
            NDArray logits = model.forward(inputs).reshape(next.size(), -1);
            return scope.keep(Aten.crossEntropy(logits, next).mean());
        }
    }
}
