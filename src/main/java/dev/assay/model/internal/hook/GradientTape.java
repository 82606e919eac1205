package dev.assay.model.internal.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.ActivationReader;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Records sites and delivers the gradients there. A zero array that requires a gradient is added to the activation of a site: the
 * gradient of the zero is the gradient at the site, and no parameter needs a gradient.
 */
final class GradientTape implements AutoCloseable {
    /** The zeros of the runs since the last backward pass, the latest first. */
    private final Deque<Leaf> leaves = new ArrayDeque<>();

    /** A zero at a site, with the reader of its gradient. The tape owns the arrays. */
    private record Leaf(NDArray zero, Site site, ActivationReader reader) implements AutoCloseable {
        void deliver() {
            try (Scope scope = Scope.open()) {
                reader.read(zero.getGradient(), site);
            }
        }

        @Override
        public void close() {
            zero.close();
            site.tokens().close();
            if (site.mask() != null) {
                site.mask().close();
            }
        }
    }

    /** Returns the activation plus a recorded zero; the activation itself while no gradients are recorded. */
    NDArray watch(NDArray activation, Site site, ActivationReader reader) {
        if (!Autograd.isRecording()) {
            return activation;
        }
        NDArray zero = Scope.detached(activation::zerosLike);
        zero.setRequiresGradient(true);
        leaves.push(new Leaf(zero, lasting(site), reader));
        return activation.add(zero);
    }

    /** Returns a site with copies of its arrays, which outlive the run. */
    private static Site lasting(Site site) {
        NDArray mask = site.mask() == null ? null : Scope.detached(site.mask()::duplicate);
        return new Site(site.point(), Scope.detached(site.tokens()::duplicate), mask);
    }

    /** Computes the gradients of a scalar and passes them to the readers, from the deepest site to the first. */
    void backward(NDArray loss) {
        if (leaves.isEmpty()) {
            throw new IllegalStateException(
                    "no run was recorded for these hooks: open Autograd.recording() around the run,"
                            + " with at least one hook that reads a gradient");
        }
        if (loss.size() != 1) {
            throw new IllegalArgumentException("the loss has shape " + loss.getShape() + ", expected a single number");
        }
        try (Autograd gradients = Autograd.recording()) {
            gradients.backward(loss);
        }
        try (Autograd off = Autograd.off()) {
            leaves.forEach(Leaf::deliver);
        } finally {
            close();
        }
    }

    /** Releases the recorded sites. */
    @Override
    public void close() {
        leaves.forEach(Leaf::close);
        leaves.clear();
    }
}
