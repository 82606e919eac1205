package dev.assay.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** HTTP client of a hub: lists the files of a repository, describes a file, and opens one at any byte. Retries transient failures. */
final class HubClient {
    private static final int MOST_REDIRECTS = 10;
    private static final int LARGEST_LISTING = 1 << 26;
    private static final String LINKED_TAG = "X-Linked-Etag";

    private final URI endpoint;
    private final String token;
    private final RetryPolicy retryPolicy;
    private final HttpClient http;

    /** Creates a client; {@code token} is null for none. */
    HubClient(URI endpoint, String token, RetryPolicy retryPolicy) {
        this.endpoint = endpoint;
        this.token = token;
        this.retryPolicy = retryPolicy;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(retryPolicy.silence())
                .build();
    }

    String host() {
        return endpoint.getAuthority();
    }

    RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    HubListing listing(HubName name) throws IOException {
        URI address =
                address("/api/models/" + name.repository() + "/revision/" + encoded(name.revision()) + "?blobs=true");
        return retried(() -> {
            try (HubResponse answer = open(name, "GET", address, 0)) {
                return HubListing.parse(parsed(answer.body().readNBytes(LARGEST_LISTING)), name, host());
            }
        });
    }

    private static JsonNode parsed(byte[] json) throws IOException {
        try {
            return Json.mapper().readTree(json);
        } catch (JsonProcessingException noJson) {
            return MissingNode.getInstance();
        }
    }

    /** Returns a file with the metadata of a HEAD request. */
    HubFile describe(HubName name, String commit, HubFile file) throws IOException {
        return retried(() -> {
            try (HubResponse head = open(name, "HEAD", address(name, commit, file.name()), 0)) {
                return describe(name, file, head);
            }
        });
    }

    private HubFile describe(HubName name, HubFile file, HubResponse head) throws IOException {
        String tag = head.header(head.header(LINKED_TAG).isEmpty() ? "ETag" : LINKED_TAG)
                .replaceFirst("^W/", "")
                .replace("\"", "");
        if (!HubListing.isTag(tag)) {
            throw new IOException(host() + " returned the tag \"" + tag + "\" for " + file.name() + " of " + name
                    + ", expected a hash");
        }
        long length = head.isRedirect()
                ? -1
                : head.headers().firstValueAsLong("Content-Length").orElse(-1);
        return new HubFile(
                file.name(), head.headers().firstValueAsLong("X-Linked-Size").orElse(length), tag);
    }

    private <T> T retried(Attempt<T> attempt) throws IOException {
        Retries retries = new Retries(retryPolicy);
        while (true) {
            try {
                return attempt.make();
            } catch (TransientFailure failure) {
                retries.failed(failure);
            }
        }
    }

    /** An operation that can be retried. */
    private interface Attempt<T> {
        T make() throws IOException;
    }

    /**
     * Opens a file at a byte.
     *
     * @return a response with status 200 for the whole file, 206 for the bytes from the position on, or 416 if there are none
     * @throws TransientFailure if a retry may succeed
     */
    HubResponse open(HubName name, String commit, String file, long from) throws IOException {
        return open(name, "GET", address(name, commit, file), from);
    }

    private URI address(HubName name, String commit, String file) {
        String path = Arrays.stream(file.split("/")).map(HubClient::encoded).collect(Collectors.joining("/"));
        return address("/" + name.repository() + "/resolve/" + commit + "/" + path);
    }

    private URI address(String path) {
        return URI.create(endpoint + path);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HubResponse open(HubName name, String method, URI address, long from) throws IOException {
        URI at = address;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HubResponse answer = send(name, method, at, from);
            if (answer.isFailure()) {
                answer.close();
                HubErrorMessage.raise(answer, name, isHub(at), token != null);
            }
            if (!answer.isRedirect() || describesFile(answer, method)) {
                return answer;
            }
            answer.close();
            at = redirected(answer);
        }
        throw new IOException(host() + " redirects " + address.getPath() + " more than " + MOST_REDIRECTS + " times");
    }

    /** Returns whether a response has the metadata of a file; for large files these are headers of the redirect to the content. */
    private static boolean describesFile(HubResponse answer, String method) {
        return method.equals("HEAD") && !answer.header(LINKED_TAG).isEmpty();
    }

    private URI redirected(HubResponse answer) throws IOException {
        URI from = answer.address();
        String location = answer.header("Location");
        try {
            URI next = from.resolve(location);
            boolean weaker =
                    from.getScheme().equals("https") && !next.getScheme().equals("https");
            if (!location.isEmpty() && !weaker && isWeb(next)) {
                return next;
            }
        } catch (IllegalArgumentException malformed) {
            throw new IOException(host() + " redirects to a malformed address, \"" + location + "\"", malformed);
        }
        throw new IOException(host() + " redirects to \"" + location + "\", expected an address as safe as its own");
    }

    /** Returns whether requests can be sent to an address. */
    static boolean isWeb(URI address) {
        String scheme = String.valueOf(address.getScheme());
        return (scheme.equals("http") || scheme.equals("https")) && address.getHost() != null;
    }

    private HubResponse send(HubName name, String method, URI at, long from) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(retryPolicy.silence())
                .header("User-Agent", "assay")
                .header("Accept-Encoding", "identity");
        if (token != null && isHub(at)) {
            request.header("Authorization", "Bearer " + token);
        }
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        String unreachable = at.getAuthority() + " cannot be reached for " + name;
        try {
            HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
            InputStream body = new WatchedStream(response.body(), unreachable, retryPolicy.silence());
            return new HubResponse(at, response.statusCode(), response.headers(), body);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download of " + name + " was interrupted");
        } catch (IOException broken) {
            throw TransientFailure.of(unreachable, broken);
        }
    }

    /** Returns whether an address is that of the hub; only the hub receives the token. */
    private boolean isHub(URI address) {
        return address.getScheme().equals(endpoint.getScheme())
                && address.getHost().equalsIgnoreCase(endpoint.getHost())
                && address.getPort() == endpoint.getPort();
    }
}
