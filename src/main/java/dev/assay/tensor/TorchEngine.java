package dev.assay.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/**
 * The PyTorch engine behind every array. With a second engine such as ONNX Runtime on the class path DJL's default is ambiguous, so
 * managers are created here, for a named engine and a named device.
 */
public final class TorchEngine {
    private static final String NAME = "PyTorch";

    private TorchEngine() {}

    /**
     * Creates a manager without a parent.
     *
     * @param device location of its arrays
     * @return a manager that the caller closes, with all its arrays
     */
    public static NDManager newManager(Device device) {
        return NDManager.newBaseManager(device, NAME);
    }

    /**
     * Returns the number of GPUs that PyTorch can use.
     *
     * @return 0 on a CPU build of PyTorch
     */
    public static int gpuCount() {
        return get().getGpuCount();
    }

    /**
     * Returns the version of PyTorch.
     *
     * @return for example {@code 2.7.1}
     */
    public static String version() {
        return get().getVersion();
    }

    /** Returns the engine, which loads the native library on first use. */
    static Engine get() {
        return Engine.getEngine(NAME);
    }
}
