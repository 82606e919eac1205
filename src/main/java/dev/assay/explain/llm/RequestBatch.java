package dev.assay.explain.llm;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Sends independent requests with the concurrency of a model. */
public final class RequestBatch {
    /** Limit of the wait for requests in flight after the run was stopped; their answers still reach the cache. */
    private static final int LAST_ANSWERS_SECONDS = 60;

    private RequestBatch() {}

    /**
     * Sends requests. If one of them stops the run, those that have not started are not sent.
     *
     * @param <R> the type of the requests
     * @param <T> the type of the answers
     * @param model the model
     * @param requests the requests
     * @param send sends one of them
     * @return the answers in the order of the requests
     * @throws RuntimeException the first exception that stops the run
     */
    public static <R, T> List<T> send(LanguageModel model, List<R> requests, Function<R, T> send) {
        return send(model.concurrency(), requests, send);
    }

    /**
     * Sends requests. If one of them stops the run, those that have not started are not sent.
     *
     * @param <R> the type of the requests
     * @param <T> the type of the answers
     * @param concurrency the largest number of requests in flight, at least 1
     * @param requests the requests
     * @param send sends one of them
     * @return the answers in the order of the requests
     * @throws RuntimeException the first exception that stops the run
     */
    public static <R, T> List<T> send(int concurrency, List<R> requests, Function<R, T> send) {
        int threads = Math.min(concurrency, requests.size());
        return threads <= 1
                ? requests.stream().map(send).toList()
                : concurrently(Executors.newFixedThreadPool(threads, RequestBatch::thread), requests, send);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "assay-requests");
        thread.setDaemon(true);
        return thread;
    }

    private static <R, T> List<T> concurrently(ExecutorService pool, List<R> requests, Function<R, T> send) {
        AtomicReference<RuntimeException> stopped = new AtomicReference<>();
        List<Future<T>> futures = new ArrayList<>();
        for (R request : requests) {
            futures.add(pool.submit(() -> {
                if (stopped.get() != null) {
                    throw new CancellationException("another request stopped the run");
                }
                try {
                    return send.apply(request);
                } catch (RuntimeException stop) {
                    stopped.compareAndSet(null, stop);
                    throw stop;
                }
            }));
        }
        pool.shutdown();
        try {
            List<T> answers = new ArrayList<>();
            for (Future<T> future : futures) {
                answers.add(future.get());
            }
            return answers;
        } catch (ExecutionException failure) {
            finishStarted(pool);
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw stopped.get();
        } catch (InterruptedException interrupt) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("the requests were interrupted"));
        }
    }

    private static void finishStarted(ExecutorService pool) {
        try {
            if (!pool.awaitTermination(LAST_ANSWERS_SECONDS, TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException interrupt) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
