package dev.assay.serve;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A server that listens until it is closed. */
public final class RunningServer implements AutoCloseable {
    private static final Duration LAST_RESPONSES = Duration.ofSeconds(1);

    private final HttpServer server;
    private final ModelQueue queue;
    private final RequestThreads threads;
    private final CountDownLatch closed = new CountDownLatch(1);

    RunningServer(HttpServer server, ModelQueue queue, RequestThreads threads) {
        this.server = server;
        this.queue = queue;
        this.threads = threads;
    }

    /**
     * Returns the address of the page.
     *
     * @return such as {@code http://127.0.0.1:8000/}
     */
    public URI address() {
        InetSocketAddress bound = server.getAddress();
        InetAddress host =
                bound.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound.getAddress();
        return URI.create("http://" + OriginCheck.literal(host) + ":" + bound.getPort() + "/");
    }

    /**
     * Waits until the server is closed by another thread.
     *
     * @throws InterruptedException if this thread is interrupted
     */
    public void await() throws InterruptedException {
        closed.await();
    }

    /** Waits for the request that runs the model, rejects waiting requests with status 503, and stops listening. */
    @Override
    public synchronized void close() {
        if (closed.getCount() > 0) {
            queue.close();
            threads.awaitIdle(LAST_RESPONSES);
            server.stop(0);
            threads.close();
            closed.countDown();
        }
    }
}
