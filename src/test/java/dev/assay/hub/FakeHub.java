package dev.assay.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.io.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A local hub with one repository, {@code org/name}, whose large files are on a second server. */
public final class FakeHub implements AutoCloseable {
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String BRANCH = "main";

    /** A received request. */
    public record Seen(boolean onHub, String method, String path, String range, String authorization) {}

    /** A response that replaces the usual one, once. */
    public interface Fault {
        void answer(HttpExchange exchange) throws IOException;
    }

    private record Planned(boolean onHub, String pathPart, Fault fault) {}

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer hub = start();
    private final HttpServer store = start();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, byte[]> served = new LinkedHashMap<>();
    private final List<String> listedOnly = new CopyOnWriteArrayList<>();
    private final Deque<Planned> faults = new ArrayDeque<>();
    private boolean describing = true;

    public final List<Seen> requests = new CopyOnWriteArrayList<>();

    /**
     * Starts both servers.
     *
     * @throws IOException if there is no port
     */
    public FakeHub() throws IOException {
        hub.createContext("/", exchange -> handle(exchange, true));
        store.createContext("/", exchange -> handle(exchange, false));
    }

    private HttpServer start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        return server;
    }

    /** Returns the address of the hub. */
    public String address() {
        return address(hub);
    }

    private static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Returns the number of requests to both servers. */
    public int requestCount() {
        return requests.size();
    }

    public String host() {
        return URI.create(address()).getAuthority();
    }

    /** Adds a file; safetensors and npz files are large. */
    public FakeHub file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    /** Adds a small file. */
    public FakeHub file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Sets content that differs from its metadata. */
    public void serve(String name, byte[] content) {
        served.put(name, content);
    }

    /** Lists a file that does not exist. */
    public void list(String name) {
        listedOnly.add(name);
    }

    /** Omits size and hash from the listing, as some mirrors do. */
    public void listNamesOnly() {
        describing = false;
    }

    /** Sets the response to the next request to the hub whose path contains a string. */
    public void onHub(String pathPart, Fault fault) {
        faults.add(new Planned(true, pathPart, fault));
    }

    /** Sets the response to the next request to the second server whose path contains a string. */
    public void onStore(String pathPart, Fault fault) {
        faults.add(new Planned(false, pathPart, fault));
    }

    public static Fault status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Declares a content length and breaks the connection earlier. */
    public static Fault cut(byte[] content, int after) {
        return exchange -> {
            int from = from(exchange);
            if (from > 0) {
                exchange.getResponseHeaders().add("Content-Range", range(content, from));
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, after - from);
            exchange.getResponseBody().flush();
        };
    }

    static String tag(String name, byte[] content) {
        return isLarge(name) ? sha256(content) : gitHash(content);
    }

    static boolean isLarge(String name) {
        return name.endsWith(".safetensors") || name.endsWith(".npz");
    }

    public static String sha256(byte[] content) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(content));
    }

    public static String gitHash(byte[] content) {
        MessageDigest sha1 = digest("SHA-1");
        sha1.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(sha1.digest(content));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void handle(HttpExchange exchange, boolean onHub) throws IOException {
        String path = exchange.getRequestURI().toString();
        requests.add(new Seen(
                onHub,
                exchange.getRequestMethod(),
                path,
                exchange.getRequestHeaders().getFirst("Range"),
                exchange.getRequestHeaders().getFirst("Authorization")));
        try (exchange) {
            Fault fault = planned(onHub, path);
            if (fault != null) {
                fault.answer(exchange);
            } else if (path.startsWith("/api/models/org/name/revision/")) {
                list(exchange, path.replaceFirst(".*/revision/", "").replaceFirst("\\?.*", ""));
            } else {
                give(exchange, path.replaceFirst("^(/org/name/resolve/[^/]+)?/", ""), onHub);
            }
        }
    }

    private synchronized Fault planned(boolean onHub, String path) {
        for (Planned planned : faults) {
            if (planned.onHub == onHub && path.contains(planned.pathPart)) {
                faults.remove(planned);
                return planned.fault;
            }
        }
        return null;
    }

    private void list(HttpExchange exchange, String revision) throws IOException {
        if (!revision.equals(BRANCH) && !revision.equals(COMMIT)) {
            status(404, "X-Error-Code", "RevisionNotFound").answer(exchange);
            return;
        }
        ObjectNode answer = Json.mapper().createObjectNode().put("sha", COMMIT);
        ArrayNode siblings = answer.putArray("siblings");
        listedOnly.forEach(name -> siblings.addObject().put("rfilename", name));
        files.forEach((name, content) -> {
            ObjectNode sibling = siblings.addObject().put("rfilename", name);
            if (describing) {
                sibling.put("size", content.length);
                sibling.put("blobId", isLarge(name) ? gitHash(new byte[] {1}) : gitHash(content));
                if (isLarge(name)) {
                    sibling.putObject("lfs").put("sha256", sha256(content)).put("size", content.length);
                }
            }
        });
        byte[] json = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, json.length);
        exchange.getResponseBody().write(json);
    }

    private void give(HttpExchange exchange, String name, boolean onHub) throws IOException {
        byte[] described = files.get(name);
        if (described == null) {
            status(404, "X-Error-Code", "EntryNotFound").answer(exchange);
        } else if (onHub && isLarge(name)) {
            exchange.getResponseHeaders().add("Location", address(store) + "/" + name);
            exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + tag(name, described) + "\"");
            exchange.getResponseHeaders().add("X-Linked-Size", "" + described.length);
            exchange.getResponseHeaders().add("X-Repo-Commit", COMMIT);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().add("ETag", "\"" + tag(name, described) + "\"");
            send(exchange, served.getOrDefault(name, described));
        }
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        int from = from(exchange);
        if (from > 0) {
            exchange.getResponseHeaders().add("Content-Range", range(content, from));
        }
        byte[] rest = Arrays.copyOfRange(content, from, content.length);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, rest.length == 0 ? -1 : rest.length);
        exchange.getResponseBody().write(rest);
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    }

    private static String range(byte[] content, int from) {
        return "bytes " + from + "-" + (content.length - 1) + "/" + content.length;
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
