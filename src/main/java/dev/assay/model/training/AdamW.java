package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101, algorithm 2) on gradients clipped by their global norm. Weight decay applies to
 * matrices only, not to biases and norms.
 */
final class AdamW implements AutoCloseable {
    /**
     * The hyperparameters of the optimizer.
     *
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay the weight decay; a step multiplies matrices by 1 − weightDecay · learning rate
     * @param clipNorm the largest global norm of the gradients
     */
    record Options(double beta1, double beta2, double epsilon, double weightDecay, double clipNorm) {}

    private final Options options;
    private final NDManager manager;
    private final List<Moments> groups = new ArrayList<>();

    /** The state of parameters with the same decay. */
    private record Moments(
            double decay, List<NDArray> parameters, List<NDArray> first, List<NDArray> second, List<NDArray> steps) {}

    AdamW(Collection<NDArray> parameters, Options options, NDManager parent) {
        this.options = options;
        this.manager = parent.newSubManager();
        groups.add(moments(parameters, true));
        groups.add(moments(parameters, false));
    }

    private Moments moments(Collection<NDArray> all, boolean matrices) {
        List<NDArray> parameters = all.stream()
                .filter(p -> p.getShape().dimension() > 1 == matrices)
                .toList();
        // All parameters share one step counter; a list may contain an array more than once.
        NDArray step = Scope.detached(() -> manager.create(0f));
        return new Moments(
                matrices ? options.weightDecay() : 0,
                parameters,
                parameters.stream().map(this::zeros).toList(),
                parameters.stream().map(this::zeros).toList(),
                parameters.stream().map(parameter -> step).toList());
    }

    private NDArray zeros(NDArray parameter) {
        return Scope.detached(() -> manager.zeros(parameter.getShape()));
    }

    /** Updates every parameter and clears its gradient; {@code step} counts from 1. */
    void step(int step, double learningRate) {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            List<List<NDArray>> gradients =
                    groups.stream().map(AdamW::gradients).toList();
            NDArray divisor = divisor(gradients);
            for (int i = 0; i < groups.size(); i++) {
                Moments group = groups.get(i);
                group.steps().get(0).set(new float[] {step});
                Aten.AdamOptions numbers = new Aten.AdamOptions(
                        learningRate, options.beta1(), options.beta2(), options.epsilon(), group.decay(), true);
                Aten.adam_(
                        group.parameters(),
                        gradients.get(i),
                        group.first(),
                        group.second(),
                        group.steps(),
                        numbers,
                        divisor);
                group.parameters().forEach(Autograd::clear);
            }
        }
    }

    private static List<NDArray> gradients(Moments group) {
        return group.parameters().stream().map(NDArray::getGradient).toList();
    }

    /** Returns {@code max(1, ‖gradients‖ / clipNorm)}, a scalar. */
    private NDArray divisor(List<List<NDArray>> gradients) {
        NDList norms = new NDList();
        gradients.forEach(group -> group.forEach(gradient -> norms.add(Aten.norm(gradient))));
        NDArray norm = Aten.norm(NDArrays.stack(norms));
        return norm.mul((float) (1 / options.clipNorm())).maximum(1f);
    }

    @Override
    public void close() {
        manager.close();
    }
}
