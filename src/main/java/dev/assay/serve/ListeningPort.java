package dev.assay.serve;

import com.sun.net.httpserver.HttpServer;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;

/**
 * An open port for a {@link FeatureServer}. Opening it first reports a port in use before a model is loaded. Connections wait until the
 * server starts. The caller closes the port unless a server was started on it.
 */
public final class ListeningPort implements AutoCloseable {
    private static final int LARGEST = 65_535;

    private HttpServer server; // null once a server owns it

    private ListeningPort(HttpServer server) {
        this.server = server;
    }

    /**
     * Opens a port of the loopback interface, which only this machine can reach.
     *
     * @param port a port; 0 for any free port
     * @return the port
     * @throws IOException if the network cannot be used
     * @throws InvalidInputException if the number is not a port or the port is in use
     */
    public static ListeningPort open(int port) throws IOException {
        return open(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Opens a port of an address of this machine.
     *
     * @param address an address or a name of this machine; 0.0.0.0 for all of its addresses
     * @param port a port; 0 for any free port
     * @return the port
     * @throws IOException if the network cannot be used
     * @throws InvalidInputException if the name cannot be resolved, the address does not belong to this machine, the number is not a port
     *     or the port is in use
     */
    public static ListeningPort open(String address, int port) throws IOException {
        return open(address(address), port);
    }

    static ListeningPort open(InetAddress address, int port) throws IOException {
        InetSocketAddress place = new InetSocketAddress(address, checked(port));
        try {
            return new ListeningPort(HttpServer.create(place, 0));
        } catch (BindException refused) {
            String reason = refused.getMessage().contains("assign")
                    ? "does not belong to this machine"
                    : refused.getMessage().contains("ermission") ? "may not be used" : "is in use";
            throw new InvalidInputException(
                    OriginCheck.literal(address) + ":" + port + " " + reason + ", expected a free port of this machine",
                    refused);
        } catch (SocketException refused) {
            throw new InvalidInputException(
                    "cannot listen on " + OriginCheck.literal(address) + ":" + port + ": " + refused.getMessage(),
                    refused);
        }
    }

    static InetAddress address(String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException unknown) {
            throw new InvalidInputException(
                    "cannot resolve the address \"" + name + "\", expected an address of this machine", unknown);
        }
    }

    static int checked(int port) {
        if (port < 0 || port > LARGEST) {
            throw new InvalidInputException("the port is " + port + ", expected 0 to " + LARGEST);
        }
        return port;
    }

    /** {@return the bound address} */
    InetSocketAddress address() {
        return listening().getAddress();
    }

    /** Returns the HTTP server and transfers the duty to stop it to the caller. */
    HttpServer handOver() {
        HttpServer listening = listening();
        server = null;
        return listening;
    }

    private HttpServer listening() {
        if (server == null) {
            throw new IllegalStateException("the port is closed or used by a server");
        }
        return server;
    }

    /** Closes the port. Does nothing once a server was started on it, which closes the port itself. */
    @Override
    public void close() {
        if (server != null) {
            server.start(); // a server that was never started would keep its port until the process ends
            server.stop(0);
            server = null;
        }
    }
}
