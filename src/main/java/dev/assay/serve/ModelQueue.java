package dev.assay.serve;

import dev.assay.tensor.Autograd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs the model for one request at a time on its own thread. A bounded number of requests wait. */
final class ModelQueue implements AutoCloseable {
    private static final int RETRY_SECONDS = 2;

    private final ThreadPoolExecutor executor;

    /** Creates a queue for a maximum number of waiting requests. */
    ModelQueue(int waiting) {
        executor = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), task -> daemon(task, "assay-model"));
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Queues a task and waits for its result.
     *
     * @throws HttpError if the queue is full or the server stops
     * @throws Exception if the task fails
     */
    <T> T run(Callable<T> task) throws Exception {
        Future<T> answer;
        try {
            answer = executor.submit(() -> {
                try (Autograd off = Autograd.off()) {
                    return task.call();
                }
            });
        } catch (RejectedExecutionException full) {
            throw executor.isShutdown() ? stopping() : busy();
        }
        try {
            return answer.get();
        } catch (CancellationException | InterruptedException stopped) {
            throw stopping();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failed;
        }
    }

    private static HttpError stopping() {
        return new HttpError(503, "the server is stopping", Map.of("Connection", "close"));
    }

    private static HttpError busy() {
        return new HttpError(
                503,
                "the model is busy and the queue is full; try again in a moment",
                Map.of("Retry-After", "" + RETRY_SECONDS));
    }

    /** Waits for the running task and drops the waiting ones. */
    @Override
    public void close() {
        executor.shutdown(); // without an interrupt, which would fail the running task
        List<Runnable> tasks = new ArrayList<>();
        executor.getQueue().drainTo(tasks);
        tasks.forEach(task -> ((Future<?>) task).cancel(false));
        boolean interrupted = false;
        while (!executor.isTerminated()) {
            try {
                executor.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException again) {
                interrupted = true; // the model must not be closed while a task runs
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
