package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Switches the recording of gradients on or off for this thread, and restores the previous state on close.
 *
 * <p>PyTorch has one switch per thread. It is off on the thread that started the engine and on elsewhere, so every caller that runs a
 * model sets it. DJL's own collector is limited to one per process; this class nests and works on every thread.
 *
 * <p>While a thread records, every array that it creates from Java values, such as the number of {@code x.mul(2f)}, is copied to memory of
 * PyTorch, so that a backward pass at any later time reads the right values. Arrays created before must stay open until the backward pass.
 */
public final class Autograd implements AutoCloseable {
    static {
        // The switch is native code, so the engine must be loaded first.
        TorchEngine.get();
    }

    private final boolean before = JniUtils.isGradMode();

    private final OwnedMemory owned;

    private Autograd(boolean recording) {
        owned = recording ? OwnedMemory.install() : null;
        JniUtils.setGradMode(recording);
    }

    /**
     * Records gradients on this thread until closed.
     *
     * @return a handle that restores the previous state
     */
    public static Autograd recording() {
        return new Autograd(true);
    }

    /**
     * Disables gradients on this thread until closed.
     *
     * @return a handle that restores the previous state
     */
    public static Autograd off() {
        return new Autograd(false);
    }

    /**
     * Returns whether this thread records gradients.
     *
     * @return true while operations on arrays that require a gradient are recorded
     */
    public static boolean isRecording() {
        return JniUtils.isGradMode();
    }

    /**
     * Computes the gradient of a scalar with respect to every array that it depends on and that requires one. Gradients accumulate until
     * they are cleared.
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
        if (owned != null) {
            owned.close();
        }
    }
}
