package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Turns the recording of gradients on or off for this thread, and puts back what was before.
 *
 * <p>PyTorch keeps this switch per thread, off on the thread that started the engine and on everywhere else, so whoever runs a
 * model sets it. DJL's own collector exists once a process; this one nests and works on every thread.
 */
public final class Autograd implements AutoCloseable {
    static {
        // The switch is native code, which is there once the engine has started.
        TorchEngine.get();
    }

    private final boolean before = JniUtils.isGradMode();

    private Autograd(boolean recording) {
        JniUtils.setGradMode(recording);
    }

    /**
     * Records gradients on this thread until closed.
     *
     * @return what restores the state before
     */
    public static Autograd recording() {
        return new Autograd(true);
    }

    /**
     * Records no gradients on this thread until closed.
     *
     * @return what restores the state before
     */
    public static Autograd off() {
        return new Autograd(false);
    }

    /**
     * Tells whether this thread records gradients.
     *
     * @return true while operations on arrays that require a gradient are recorded
     */
    public static boolean isRecording() {
        return JniUtils.isGradMode();
    }

    /**
     * Computes the gradient of a scalar with respect to every array that it depends on and that requires one. Gradients add up
     * until they are cleared.
     *
     * @param loss a scalar that was computed while recording
     */
    public void backward(NDArray loss) {
        try (Scope scope = Scope.open()) {
            NDArray one = loss.onesLike();
            JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
        }
    }

    /**
     * Clears the gradient of an array.
     *
     * @param parameter an array that requires a gradient
     */
    public static void clear(NDArray parameter) {
        JniUtils.zeroGrad((PtNDArray) parameter);
    }

    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
