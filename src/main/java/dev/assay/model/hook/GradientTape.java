package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Delivers gradients at sites. What the model goes on with gets a zero added that requires a gradient: the zero's gradient is that of
 * the site, and no parameter needs one.
 */
final class GradientTape implements AutoCloseable {
    /** The zeros of the runs since the last delivery, the latest first. */
    private final Deque<Leaf> leaves = new ArrayDeque<>();

    /** A zero at a site, with all that its reader will be told; owned by the tape. */
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

    /** Returns an activation with a zero added; itself while no gradients are recorded. */
    NDArray watch(NDArray activation, Site site, ActivationReader reader) {
        if (!Autograd.isRecording()) {
            return activation;
        }
        NDArray zero = Scope.detached(activation::zerosLike);
        zero.setRequiresGradient(true);
        leaves.push(new Leaf(zero, kept(site), reader));
        return activation.add(zero);
    }

    /** Returns a site whose arrays outlive the run. */
    private static Site kept(Site site) {
        NDArray mask = site.mask() == null ? null : ActivationCache.copied(site.mask());
        return new Site(site.point(), ActivationCache.copied(site.tokens()), mask);
    }

    /** Computes the gradients of a scalar and shows them to the readers, the deepest site first. */
    void backward(NDArray loss) {
        if (leaves.isEmpty()) {
            throw new IllegalStateException("no run was recorded for these hooks: open Autograd.recording() around it,"
                    + " and have a hook that reads a gradient");
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

    /** Forgets what was recorded. */
    @Override
    public void close() {
        leaves.forEach(Leaf::close);
        leaves.clear();
    }
}
