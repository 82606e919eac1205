package dev.assay.activation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Background threads whose exceptions are rethrown in the thread that waits for them. */
public final class BackgroundThreads {
    private BackgroundThreads() {}

    /** Creates daemon threads with a name. */
    public static ExecutorService threads(int count, String name) {
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Waits for a result, and rethrows the exception of the task. */
    public static <T> T await(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException failure) {
            throw rethrown(failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for activations", interrupted);
        }
    }

    /** Waits until a task has ended in any way; returns false when the time has passed. */
    static boolean awaitEnd(Future<?> task, Duration atMost) throws IOException {
        try {
            task.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for activations", interrupted);
        }
    }

    private static IOException rethrown(Throwable cause) {
        if (cause instanceof IOException failure) {
            return failure;
        }
        if (cause instanceof UncheckedIOException failure) {
            return failure.getCause();
        }
        if (cause instanceof RuntimeException failure) {
            throw failure;
        }
        if (cause instanceof Error failure) {
            throw failure;
        }
        return new IOException("computing activations failed: " + cause.getMessage(), cause);
    }

    /** Waits until the threads of a service after its shutdown have ended, even when interrupted. */
    public static void awaitEnd(ExecutorService threads) {
        boolean interrupted = false;
        while (!threads.isTerminated()) {
            try {
                threads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
