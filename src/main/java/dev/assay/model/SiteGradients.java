package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.List;
import java.util.function.UnaryOperator;

/** Computes the gradients of a loss at several sites. */
final class SiteGradients {
    private SiteGradients() {}

    static ActivationCache of(
            HookedTransformer model,
            NDArray tokens,
            NDArray mask,
            UnaryOperator<NDArray> loss,
            List<HookPoint> points) {
        ActivationCache gradients = new ActivationCache();
        HookBuilder hooks = model.hooks();
        points.forEach(point -> hooks.readGradient(point, gradients::put));
        try (Scope scope = Scope.open();
                HookScope open = hooks.open();
                Autograd recording = Autograd.recording()) {
            open.backward(loss.apply(model.forward(tokens, mask)));
        } catch (RuntimeException failure) {
            gradients.close();
            throw failure;
        }
        return gradients;
    }
}
