package dev.assay.serve;

import com.sun.net.httpserver.HttpServer;
import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.page.Dashboard;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Serves the feature dashboard of a dictionary, with a prompt box that runs the model.
 *
 * <pre>{@code
 * try (RunningServer server = FeatureServer.of(inspector).port(8000).start()) {
 *     System.out.println(server.address());
 *     server.await();
 * }
 * }</pre>
 *
 * <p>By default only programs on this machine can reach the server. It rejects requests that name another host or come from another
 * site's page, limits the size of bodies and prompts, and runs the model for one request at a time.
 */
public final class FeatureServer {
    /** The default port. */
    public static final int PORT = 8000;

    private static final int THREADS = 16; // more than can wait for the model, so that the page is always served

    private final LiveFeatures features;
    private Dashboard dashboard;
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port = PORT;
    private ListeningPort taken; // null to open one when the server starts
    private int waiting = 8;
    private Duration patience = Duration.ofSeconds(10);
    private Consumer<Throwable> failures = failure -> {};

    FeatureServer(LiveFeatures features, Dashboard dashboard) {
        this.features = features;
        this.dashboard = dashboard;
    }

    /**
     * Creates a server.
     *
     * @param inspector must stay open, with its model and its dictionary, until the server is closed
     * @return the server, not started
     */
    public static FeatureServer of(FeatureInspector inspector) {
        return new FeatureServer(new InspectedFeatures(inspector), inspector.dashboard());
    }

    /**
     * Sets the page. The default is {@link FeatureInspector#dashboard()}.
     *
     * @param page a page of the same inspector
     * @return this
     */
    public FeatureServer dashboard(Dashboard page) {
        this.dashboard = page;
        return this;
    }

    /**
     * Sets the port. The default is {@value #PORT}.
     *
     * @param number a port; 0 for any free port
     * @return this
     * @throws InvalidInputException if the number is not a port
     */
    public FeatureServer port(int number) {
        port = ListeningPort.checked(number);
        return this;
    }

    /**
     * Sets the address to listen on. The default is the loopback interface, which only this machine can reach. There is no password:
     * anybody who can reach the address can run the model.
     *
     * @param name an address or a name of this machine; 0.0.0.0 for all of its addresses
     * @return this
     * @throws InvalidInputException if the name cannot be resolved
     */
    public FeatureServer bind(String name) {
        address = ListeningPort.address(name);
        return this;
    }

    /**
     * Sets a port that was opened before. It replaces {@link #port} and {@link #bind}.
     *
     * @param place a port that no other server uses
     * @return this
     */
    public FeatureServer on(ListeningPort place) {
        taken = place;
        return this;
    }

    /**
     * Sets the maximum number of requests that wait for the model. The default is 8; further requests are rejected with status 503.
     *
     * @param requests 1 to 12
     * @return this
     * @throws InvalidInputException if the number is out of range
     */
    public FeatureServer maxQueued(int requests) {
        if (requests < 1 || requests > 12) {
            throw new InvalidInputException(
                    "the maximum number of waiting requests is " + requests + ", expected 1 to 12");
        }
        waiting = requests;
        return this;
    }

    /**
     * Sets the timeout for receiving the body of a request. The default is ten seconds.
     *
     * @param time a positive duration
     * @return this
     */
    public FeatureServer bodyTimeout(Duration time) {
        patience = time;
        return this;
    }

    /**
     * Sets a listener for internal failures, which clients see only as status 500. By default they are ignored.
     *
     * @param listener called on any thread
     * @return this
     */
    public FeatureServer failures(Consumer<Throwable> listener) {
        failures = listener;
        return this;
    }

    /**
     * Writes the page and starts the server.
     *
     * @return the running server, to be closed by the caller
     * @throws IOException if the page cannot be written or the network cannot be used
     * @throws InvalidInputException if the port is in use or the address does not belong to this machine
     */
    public RunningServer start() throws IOException {
        ListeningPort place = taken == null ? ListeningPort.open(address, port) : taken;
        try {
            return start(place);
        } catch (IOException | RuntimeException failure) {
            place.close();
            throw failure;
        }
    }

    private RunningServer start(ListeningPort place) throws IOException {
        OriginCheck gate = new OriginCheck(place.address());
        ServedPage page = ServedPage.of(dashboard);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> ModelQueue.daemon(task, "assay-serve"));
        ScheduledExecutorService clock =
                Executors.newSingleThreadScheduledExecutor(task -> ModelQueue.daemon(task, "assay-serve-clock"));
        ModelQueue queue = new ModelQueue(waiting);
        RequestBody bodies = new RequestBody(clock, patience.toMillis());
        HttpServer server = place.handOver();
        server.createContext("/", new RequestHandler(gate, page, features, queue, bodies, failures));
        server.setExecutor(threads);
        server.start();
        return new RunningServer(server, queue, threads, clock);
    }
}
