package dev.assay.serve;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of an HTTP server, one per request in progress.
 *
 * <p>A thread blocks while it waits for its client. Each such wait has a time limit, after which the thread is interrupted, which closes the
 * connection. When too many threads wait for clients, the longest wait ends early, so that a new request is always served.
 */
final class RequestThreads implements Executor, AutoCloseable {
    private static final int MOST_WAITS = 256;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> ModelQueue.daemon(task, "assay-serve"));
    private final ScheduledExecutorService clock = clock();
    private final Duration headLimit;
    private final Set<ClientWait> waits = new LinkedHashSet<>(); // in the order of their start; guarded by this
    private final ThreadLocal<ClientWait> heads = new ThreadLocal<>();
    private int running; // requests; guarded by this

    /** Creates threads that close a connection when the head of a request takes longer than a limit. */
    RequestThreads(Duration headLimit) {
        this.headLimit = headLimit;
    }

    private static ScheduledExecutorService clock() {
        ScheduledThreadPoolExecutor clock =
                new ScheduledThreadPoolExecutor(1, task -> ModelQueue.daemon(task, "assay-serve-clock"));
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }

    /** Runs the task of a server that reads the head of a request and calls its handler. */
    @Override
    public void execute(Runnable request) {
        pool.execute(() -> {
            started();
            try (ClientWait head = await(headLimit)) {
                heads.set(head);
                request.run();
            } finally {
                heads.remove();
                ended();
            }
        });
    }

    /** Ends the time limit of the head of a request; called by its handler. */
    void headReceived() {
        heads.get().close();
    }

    /** Starts a wait of this thread for its client. */
    synchronized ClientWait await(Duration limit) {
        if (waits.size() >= MOST_WAITS) {
            waits.iterator().next().expire();
        }
        ClientWait wait = new ClientWait(limit);
        waits.add(wait);
        return wait;
    }

    private synchronized void started() {
        running++;
    }

    private synchronized void ended() {
        running--;
        notifyAll();
    }

    /** Waits until no request is in progress, at most for a time. */
    synchronized void awaitIdle(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toNanos(); running > 0 && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes the connections of all waiting clients and stops the threads. */
    @Override
    public void close() {
        clock.shutdownNow();
        synchronized (this) {
            List.copyOf(waits).forEach(ClientWait::expire);
        }
        pool.shutdown();
    }

    /** A wait of a thread for its client, which ends when it is closed or its connection is. */
    final class ClientWait implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private final Future<?> end;
        private boolean over; // guarded by the threads
        private boolean expired; // guarded by the threads

        private ClientWait(Duration limit) {
            end = clock.isShutdown()
                    ? CompletableFuture.completedFuture(null)
                    : clock.schedule(this::expire, limit.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void expire() {
            synchronized (RequestThreads.this) {
                waits.remove(this);
                if (!over && !expired) {
                    expired = true;
                    thread.interrupt(); // a blocked channel is closed by the interrupt of its thread
                }
            }
        }

        @Override
        public void close() {
            synchronized (RequestThreads.this) {
                waits.remove(this);
                if (over) {
                    return;
                }
                over = true;
                end.cancel(false);
                if (expired) {
                    Thread.interrupted(); // the thread may have received its data just before
                }
            }
        }
    }
}
