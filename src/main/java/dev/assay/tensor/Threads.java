package dev.assay.tensor;

import ai.djl.pytorch.jni.JniUtils;
import dev.assay.InvalidInputException;

/** The number of threads of a native operation. */
public final class Threads {
    private Threads() {}

    /**
     * Returns the number of threads of one operation.
     *
     * @return the engine's intra-operation thread count, by default the number of physical cores
     */
    public static int count() {
        TorchEngine.get();
        return JniUtils.getNumThreads();
    }

    /**
     * Sets the number of threads of one operation. Sums are split by thread, so results are bit-identical only for equal numbers of threads.
     *
     * @param threads at least 1
     */
    public static void set(int threads) {
        InvalidInputException.requireAtLeast(1, "threads", threads);
        TorchEngine.get();
        JniUtils.setNumThreads(threads);
    }
}
