package dev.assay;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A request to end this process, by Ctrl-C or SIGTERM. A computation that checks it has some time to save its state before the process
 * ends.
 *
 * <pre>{@code
 * try (ShutdownRequest shutdown = ShutdownRequest.listen()) {
 *     trainer.stopWhen(shutdown).train();
 * }
 * }</pre>
 */
public final class ShutdownRequest implements BooleanSupplier, AutoCloseable {
    private static final long GRACE_SECONDS = 60;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "assay-shutdown");
    private volatile boolean requested;
    private volatile boolean checked;

    private ShutdownRequest() {}

    /**
     * Starts to listen for a request.
     *
     * @return the request, to be closed when the state of the computation is saved or no longer needed
     */
    public static ShutdownRequest listen() {
        ShutdownRequest request = new ShutdownRequest();
        Runtime.getRuntime().addShutdownHook(request.hook);
        return request;
    }

    /**
     * Returns whether the process was asked to end. After the first call, the process does not end before this object is closed, for at
     * most one minute.
     *
     * @return true after Ctrl-C or SIGTERM
     */
    @Override
    public boolean getAsBoolean() {
        checked = true;
        return requested;
    }

    /** Runs while the process ends. */
    private void await() {
        requested = true;
        if (checked) {
            try {
                closed.await(GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Stops listening; a process that was asked to end, ends. */
    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return; // hooks cannot be removed while the process ends
        }
    }
}
