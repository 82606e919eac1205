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
 * Serves the page about a dictionary, with a box for prompts that runs the model.
 *
 * <pre>{@code
 * try (RunningServer server = FeatureServer.of(inspector).port(8000).start()) {
 *     System.out.println(server.address());
 *     server.await();
 * }
 * }</pre>
 *
 * <p>Unless told otherwise only programs on this machine can reach it. Requests that name another host or come from the page of another
 * one are refused; bodies and prompts are bounded; the model runs for one request at a time.
 */
public final class FeatureServer {
    /** The port that is listened on unless another is set. */
    public static final int PORT = 8000;

    private static final int THREADS = 16; // more than wait for the model, so that the page is always served

    private final LiveFeatures features;
    private Dashboard dashboard;
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port = PORT;
    private ListeningPort taken; // or null, to take one when the server starts
    private int waiting = 8;
    private Duration patience = Duration.ofSeconds(10);
    private Consumer<Throwable> failures = failure -> {};

    FeatureServer(LiveFeatures features, Dashboard dashboard) {
        this.features = features;
        this.dashboard = dashboard;
    }

    /**
     * Prepares a server.
     *
     * @param inspector to stay open, with its model and its dictionary, as long as the server
     * @return the server's options
     */
    public static FeatureServer of(FeatureInspector inspector) {
        return new FeatureServer(new InspectedFeatures(inspector), inspector.dashboard());
    }

    /**
     * Sets the page; that of {@link FeatureInspector#dashboard()} unless set.
     *
     * @param page a page of the same inspector
     * @return this
     */
    public FeatureServer dashboard(Dashboard page) {
        this.dashboard = page;
        return this;
    }

    /**
     * Sets the port; {@value #PORT} unless set.
     *
     * @param number 0 for any that is free
     * @return this
     * @throws InvalidInputException if it is not a port
     */
    public FeatureServer port(int number) {
        port = ListeningPort.checked(number);
        return this;
    }

    /**
     * Sets where the server listens; on the loopback interface unless set, which only this machine reaches. There is no password:
     * whoever reaches the address may run the model.
     *
     * @param name an address or a name of this machine; 0.0.0.0 for all of its addresses
     * @return this
     * @throws InvalidInputException if nothing is known by that name
     */
    public FeatureServer bind(String name) {
        address = ListeningPort.address(name);
        return this;
    }

    /**
     * Sets a port that was taken before; it counts in place of {@link #port} and {@link #bind}.
     *
     * @param place not given to another server
     * @return this
     */
    public FeatureServer on(ListeningPort place) {
        taken = place;
        return this;
    }

    /**
     * Sets how many requests may wait for the model besides the one that it answers; 8 unless set.
     *
     * @param requests 1 to 12; more are told to come again
     * @return this
     * @throws InvalidInputException if it is out of range
     */
    public FeatureServer waiting(int requests) {
        if (requests < 1 || requests > 12) {
            throw new InvalidInputException(requests + " requests may wait for the model, expected 1 to 12");
        }
        waiting = requests;
        return this;
    }

    /**
     * Sets how long a client may take to send the body of a request; ten seconds unless set.
     *
     * @param time more than none
     * @return this
     */
    public FeatureServer patience(Duration time) {
        patience = time;
        return this;
    }

    /**
     * Sets who is told of failures of the server itself, of which clients learn nothing; nobody unless set.
     *
     * @param listener called on any thread
     * @return this
     */
    public FeatureServer failures(Consumer<Throwable> listener) {
        failures = listener;
        return this;
    }

    /**
     * Writes the page and starts to answer.
     *
     * @return what ends it
     * @throws IOException if the page cannot be written or the network not be used
     * @throws InvalidInputException if the port is in use, or the address is not of this machine
     */
    public RunningServer start() throws IOException {
        ListeningPort place = taken == null ? ListeningPort.take(address, port) : taken;
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
