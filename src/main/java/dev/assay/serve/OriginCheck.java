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
 * Lets only those in who mean this server. A page from elsewhere can make a browser send requests here: by a name of its own that it
 * points to this machine (DNS rebinding), which the field Host betrays, or straight (cross-site requests), which Origin and
 * Sec-Fetch-Site betray.
 */
final class OriginCheck {
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> hosts = new LinkedHashSet<>();

    /**
     * Lets in who names the loopback interface or the address that is listened on.
     *
     * @param bound where the server listens; the addresses of this machine when that is all of them
     * @throws SocketException if this machine does not know its addresses
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
            hosts.add(name); // browsers leave it out
        }
    }

    /** An address as it stands in a URL. */
    static String literal(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", "");
        return address instanceof Inet6Address ? "[" + text + "]" : text;
    }

    /** Checks where a request was sent to, and where it comes from. */
    void check(Headers headers) throws HttpError {
        List<String> host = headers.getOrDefault("Host", List.of());
        if (host.size() != 1 || !hosts.contains(host.get(0).toLowerCase(Locale.ROOT))) {
            throw new HttpError(403, "this server answers only to " + String.join(", ", hosts));
        }
        List<String> origin = headers.getOrDefault("Origin", List.of());
        if (!origin.isEmpty() && (origin.size() != 1 || !origin.get(0).equalsIgnoreCase("http://" + host.get(0)))) {
            throw new HttpError(403, "this server answers only its own page");
        }
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            throw new HttpError(403, "this server answers only its own page");
        }
    }
}
