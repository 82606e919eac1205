package dev.assay.serve;

import com.sun.net.httpserver.HttpServer;
import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.page.Dashboard;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
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
 * site's page, limits the size of bodies and prompts, and runs the model for one request at a time. Receiving a request and sending its
 * response have time limits, and other requests are served in the meantime.
 */
public final class FeatureServer {
    /** The default port. */
    public static final int PORT = 8000;

    private final LiveFeatures features;
    private Dashboard dashboard;
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port = PORT;
    private ListeningPort taken; // null to open one when the server starts
    private int waiting = 8;
    private Duration requestLimit = Duration.ofSeconds(10);
    private Duration responseLimit = Duration.ofSeconds(60);
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
     * Sets the time limits for receiving the head of a request and for receiving its body. Connections that exceed one are closed. The
     * default is ten seconds.
     *
     * @param time a positive duration
     * @return this
     * @throws InvalidInputException if the duration is not positive
     */
    public FeatureServer bodyTimeout(Duration time) {
        requestLimit = positive("request", time);
        return this;
    }

    /**
     * Sets the time limit for sending a response, whose connection is closed afterwards if the client has not received it. The default is
     * one minute.
     *
     * @param time a positive duration
     * @return this
     * @throws InvalidInputException if the duration is not positive
     */
    public FeatureServer responseTimeout(Duration time) {
        responseLimit = positive("response", time);
        return this;
    }

    private static Duration positive(String name, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new InvalidInputException("the " + name + " timeout is " + time + ", expected a positive duration");
        }
        return time;
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
        RequestThreads threads = new RequestThreads(requestLimit);
        ModelQueue queue = new ModelQueue(waiting);
        RequestBody bodies = new RequestBody(threads, requestLimit);
        HttpServer server = place.handOver();
        RequestHandler.Responses responses = new RequestHandler.Responses(threads, responseLimit, failures);
        server.createContext("/", new RequestHandler(gate, page, features, queue, bodies, responses));
        server.setExecutor(threads);
        server.start();
        return new RunningServer(server, queue, threads);
    }
}
