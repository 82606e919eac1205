package dev.assay.serve;

import com.sun.net.httpserver.Headers;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Rejects cross-origin and DNS-rebinding requests. With DNS rebinding another site's name points to this machine, which shows in the
 * field Host; cross-site requests show in Origin and Sec-Fetch-Site.
 */
final class OriginCheck {
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> hosts = new LinkedHashSet<>();

    /**
     * Accepts the names of the loopback interface and of the bound address.
     *
     * @param bound the address of the server; a wildcard accepts all addresses of this machine
     * @throws SocketException if the addresses of this machine cannot be read
     */
    OriginCheck(InetSocketAddress bound) throws SocketException {
        LOOPBACK.forEach(name -> add(name, bound.getPort()));
        InetAddress address = bound.getAddress();
        if (!address.isAnyLocalAddress()) {
            add(literal(address), bound.getPort());
            return;
        }
        for (NetworkInterface face : (Iterable<NetworkInterface>) NetworkInterface.networkInterfaces()::iterator) {
            face.inetAddresses().forEach(own -> add(literal(own), bound.getPort()));
        }
    }

    private void add(String name, int port) {
        hosts.add(name + ":" + port);
        if (port == 80) {
            hosts.add(name); // browsers omit the default port
        }
    }

    /** {@return an address as written in a URL} */
    static String literal(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", "");
        return address instanceof Inet6Address ? "[" + text + "]" : text;
    }

    /** Checks the target host and the origin of a request. */
    void check(Headers headers) throws HttpError {
        List<String> host = headers.getOrDefault("Host", List.of());
        if (host.size() != 1 || !hosts.contains(host.get(0).toLowerCase(Locale.ROOT))) {
            throw new HttpError(403, "this server accepts only requests to " + String.join(", ", hosts));
        }
        List<String> origin = headers.getOrDefault("Origin", List.of());
        if (!origin.isEmpty() && (origin.size() != 1 || !origin.get(0).equalsIgnoreCase("http://" + host.get(0)))) {
            throw new HttpError(403, "this server accepts only requests from its own page");
        }
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            throw new HttpError(403, "this server accepts only requests from its own page");
        }
    }
}
