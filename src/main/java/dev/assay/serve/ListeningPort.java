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
 * A port that was taken for a {@link FeatureServer}, so that one in use is known before a model is loaded for it. Who comes before the
 * server starts waits for it. To be closed unless a server started on it.
 */
public final class ListeningPort implements AutoCloseable {
    private static final int LARGEST = 65_535;

    private HttpServer server; // null once it is another's to stop

    private ListeningPort(HttpServer server) {
        this.server = server;
    }

    /**
     * Takes a port of the loopback interface, which only this machine reaches.
     *
     * @param port 0 for any that is free
     * @return the port
     * @throws IOException if the network cannot be used
     * @throws InvalidInputException if it is not a port, or in use
     */
    public static ListeningPort take(int port) throws IOException {
        return take(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Takes a port of an address of this machine.
     *
     * @param address an address or a name of this machine; 0.0.0.0 for all of its addresses
     * @param port 0 for any that is free
     * @return the port
     * @throws IOException if the network cannot be used
     * @throws InvalidInputException if nothing is known by that name, the address is not of this machine, or the port is none or in use
     */
    public static ListeningPort take(String address, int port) throws IOException {
        return take(address(address), port);
    }

    static ListeningPort take(InetAddress address, int port) throws IOException {
        InetSocketAddress place = new InetSocketAddress(address, checked(port));
        try {
            return new ListeningPort(HttpServer.create(place, 0));
        } catch (BindException refused) {
            String reason = refused.getMessage().contains("assign")
                    ? "is not of this machine"
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
                    "there is no address \"" + name + "\", expected one of this machine", unknown);
        }
    }

    static int checked(int port) {
        if (port < 0 || port > LARGEST) {
            throw new InvalidInputException("the port is " + port + ", expected 0 to " + LARGEST);
        }
        return port;
    }

    /** Where requests will arrive. */
    InetSocketAddress address() {
        return listening().getAddress();
    }

    /** Returns what listens, which is the caller's to stop from now on. */
    HttpServer handOver() {
        HttpServer listening = listening();
        server = null;
        return listening;
    }

    private HttpServer listening() {
        if (server == null) {
            throw new IllegalStateException("the port was given to a server before, or closed");
        }
        return server;
    }

    /** Gives the port back; does nothing once a server started on it, which gives it back itself. */
    @Override
    public void close() {
        if (server != null) {
            server.start(); // one that never ran keeps its port until the process ends
            server.stop(0);
            server = null;
        }
    }
}
