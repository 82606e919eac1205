package dev.assay.explain.llm;

import dev.assay.explain.FailureKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends one JSON body to a server and reads the complete response, within a time limit. Redirects are not followed, so only the server that
 * the user names receives the key. A response that repeats the key is changed.
 */
final class ChatConnection {
    private static final int LARGEST_BODY = 1 << 26;

    private final URI server;
    private final ApiKey key;
    private final Duration timeout;
    private final HttpClient http;

    ChatConnection(URI server, ApiKey key, Duration timeout) {
        this.server = server;
        this.key = key;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * Sends a request.
     *
     * @param path such as {@code /chat/completions}, appended to the address of the server
     * @param json the body
     * @return the response, whatever its status
     * @throws ConnectionFailure if no complete response arrives in time
     * @throws InterruptedIOException if the thread is interrupted; the request is cancelled
     */
    ServerReply post(String path, String json) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(timeout)
                .header("User-Agent", "assay")
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8));
        if (key.isPresent()) {
            request.header("Authorization", key.header());
        }
        // The timeout of a request ends with the headers; a body can stall, so the whole exchange has a limit too.
        CompletableFuture<HttpResponse<byte[]>> exchange =
                http.sendAsync(request.build(), headers -> new LimitedBody(LARGEST_BODY));
        try {
            HttpResponse<byte[]> response = exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new ServerReply(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After").orElse("").strip(),
                    response.headers().firstValue("Location").orElse(""),
                    key.removedFrom(response.body()));
        } catch (TimeoutException late) {
            exchange.cancel(true);
            throw timedOut(late);
        } catch (InterruptedException stopped) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the request to " + server + " was interrupted");
        } catch (ExecutionException failure) {
            throw failed(failure.getCause());
        }
    }

    private ConnectionFailure timedOut(Exception cause) {
        return new ConnectionFailure(
                FailureKind.TIMEOUT, server + " did not answer within " + timeout.toMillis() / 1e3 + " seconds", cause);
    }

    private ConnectionFailure failed(Throwable cause) {
        if (cause instanceof HttpTimeoutException late) {
            return timedOut(late);
        }
        if (cause instanceof ConnectException refused) {
            return new ConnectionFailure(FailureKind.HTTP, server + " refuses connections", refused);
        }
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new ConnectionFailure(
                FailureKind.HTTP, "the connection to " + server + " broke (" + key.removedFrom(reason) + ")", cause);
    }
}
