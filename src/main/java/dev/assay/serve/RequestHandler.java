package dev.assay.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Handles requests for the page, for the features of a prompt and for a feature. */
final class RequestHandler implements HttpHandler {
    private static final Pattern FEATURE = Pattern.compile("/api/feature/(\\d{1,9})");
    private static final Pattern EFFECTS = Pattern.compile("effects=(\\d)");
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final OriginCheck gate;
    private final ServedPage page;
    private final LiveFeatures features;
    private final ModelQueue queue;
    private final RequestBody bodies;
    private final Responses responses;

    /**
     * How responses are sent.
     *
     * @param threads of the server
     * @param limit time until a client must have received a response
     * @param failures receives internal failures
     */
    record Responses(RequestThreads threads, Duration limit, Consumer<Throwable> failures) {
        private interface Sending {
            void run() throws IOException;
        }

        private void send(Sending response) throws IOException {
            try (RequestThreads.ClientWait wait = threads.await(limit)) {
                response.run();
            }
        }
    }

    RequestHandler(
            OriginCheck gate,
            ServedPage page,
            LiveFeatures features,
            ModelQueue queue,
            RequestBody bodies,
            Responses responses) {
        this.gate = gate;
        this.page = page;
        this.features = features;
        this.queue = queue;
        this.bodies = bodies;
        this.responses = responses;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        responses.threads().headReceived();
        try {
            Headers headers = exchange.getResponseHeaders();
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("X-Frame-Options", "DENY");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cross-Origin-Resource-Policy", "same-origin");
            headers.set("Cross-Origin-Opener-Policy", "same-origin");
            try {
                gate.check(exchange.getRequestHeaders());
                answer(exchange);
            } catch (HttpError refusal) {
                refusal.headers().forEach(headers::set);
                send(exchange, refusal.status(), error(refusal.getMessage()));
            } catch (InvalidInputException wrong) {
                send(exchange, 400, error(wrong.getMessage()));
            } catch (IOException gone) {
                throw gone; // most likely the client disconnected
            } catch (Exception failure) {
                responses.failures().accept(failure);
                send(exchange, 500, error("internal server error; see the output of the server"));
            }
        } finally {
            responses.send(exchange::close); // reads the rest of the request
        }
    }

    private void answer(HttpExchange exchange) throws Exception {
        String path = exchange.getRequestURI().getPath();
        Matcher feature = FEATURE.matcher(path);
        if (path.equals("/") || path.equals("/index.html")) {
            require(exchange, READING);
            responses.send(() -> page.send(exchange));
        } else if (path.equals("/api/prompt")) {
            require(exchange, Set.of("POST"));
            PromptRequest request = PromptRequest.of(bodies.read(exchange));
            send(exchange, 200, queue.run(() -> features.prompt(request)));
        } else if (feature.matches()) {
            require(exchange, READING);
            send(
                    exchange,
                    200,
                    report(
                            Integer.parseInt(feature.group(1)),
                            exchange.getRequestURI().getRawQuery()));
        } else if (path.equals("/favicon.ico")) {
            require(exchange, READING);
            responses.send(() -> exchange.sendResponseHeaders(204, -1));
        } else {
            throw new HttpError(404, "unknown path, expected /, /api/prompt or /api/feature/NUMBER");
        }
    }

    private JsonNode report(int latent, String query) throws Exception {
        if (latent >= features.latents()) {
            throw new HttpError(404, "there is no latent " + latent + ", expected 0 to " + (features.latents() - 1));
        }
        if (query == null) {
            return queue.run(() -> features.feature(latent, 0));
        }
        Matcher effects = EFFECTS.matcher(query);
        if (!effects.matches()) {
            throw new HttpError(400, "unknown query, expected effects=N with N from 0 to 9");
        }
        return queue.run(() -> features.feature(latent, Integer.parseInt(effects.group(1))));
    }

    private static void require(HttpExchange exchange, Set<String> methods) throws HttpError {
        if (!methods.contains(exchange.getRequestMethod())) {
            String allowed = String.join(", ", methods.stream().sorted().toList());
            throw new HttpError(405, "expected " + allowed, Map.of("Allow", allowed));
        }
    }

    private static JsonNode error(String sentence) {
        return Json.mapper().createObjectNode().put("error", sentence);
    }

    private void send(HttpExchange exchange, int status, JsonNode content) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        byte[] bytes = Json.mapper().writeValueAsBytes(content);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        responses.send(() -> {
            exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
        });
    }
}
