package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A local server with OpenAI's interface that replies as its script says, with every fault that a client must survive. */
public final class ScriptedServer implements AutoCloseable {
    /** Replies to one request. */
    @FunctionalInterface
    public interface Reply {
        /** Writes the response. */
        void send(HttpExchange exchange, JsonNode request) throws IOException;
    }

    /** A request that arrived. */
    public record Seen(String path, Headers headers, JsonNode body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Reply> script = new ArrayDeque<>();
    private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Reply usual = json(200, answer("ok"));

    /** Starts a server on a free port. */
    public ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** Returns the address without a path. */
    public String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Appends replies to the script. */
    public ScriptedServer then(Reply... replies) {
        synchronized (script) {
            script.addAll(List.of(replies));
        }
        return this;
    }

    /** Sets the reply to requests after the end of the script. */
    public ScriptedServer otherwise(Reply reply) {
        usual = reply;
        return this;
    }

    /** Returns the requests that arrived. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode body = Json.mapper().readTree(exchange.getRequestBody());
        seen.add(new Seen(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
        Reply reply;
        synchronized (script) {
            reply = script.isEmpty() ? usual : script.poll();
        }
        try (exchange) {
            reply.send(exchange, body);
        }
    }

    /** Replies with a JSON body. */
    public static Reply json(int status, JsonNode body) {
        return json(status, body, Map.of());
    }

    /** Replies with a JSON body and headers. */
    public static Reply json(int status, JsonNode body, Map<String, String> headers) {
        return text(status, body.toString(), headers);
    }

    /** Replies with a body. */
    public static Reply text(int status, String body, Map<String, String> headers) {
        return (exchange, request) -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            headers.forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Replies with an error object. */
    public static Reply error(int status, String code, String message) {
        return error(status, code, message, Map.of());
    }

    /** Replies with an error object and headers. */
    public static Reply error(int status, String code, String message, Map<String, String> headers) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error").put("code", code).put("message", message).put("type", "error");
        return json(status, body, headers);
    }

    /** Replies with an answer that depends on the request. */
    public static Reply answering(Function<JsonNode, String> answer) {
        return (exchange, request) -> json(200, answer(answer.apply(request))).send(exchange, request);
    }

    /** Announces a long body, sends a part and closes the connection. */
    public static Reply cut() {
        return (exchange, request) -> {
            byte[] bytes = answer("a text that is cut").toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            OutputStream out = exchange.getResponseBody();
            out.write(bytes, 0, bytes.length / 2);
            out.flush();
        };
    }

    /** Sends nothing until the server closes. */
    public Reply silent() {
        return (exchange, request) -> awaitClose();
    }

    /** Sends headers and a part of the body, then nothing until the server closes. */
    public Reply stallingInTheBody() {
        return (exchange, request) -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitClose();
        };
    }

    private void awaitClose() {
        try {
            closing.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns a complete answer. */
    public static ObjectNode answer(String content) {
        return answer(content, "stop");
    }

    /** Returns an answer with a finish reason. */
    public static ObjectNode answer(String content, String finishReason) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", "judge-1").put("system_fingerprint", "fp_7");
        ObjectNode choice = body.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", finishReason);
        choice.putObject("message").put("role", "assistant").put("content", content);
        body.putObject("usage").put("prompt_tokens", 999).put("completion_tokens", 3);
        return body;
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
