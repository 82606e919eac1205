package dev.assay.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads request bodies: JSON objects of bounded size within a timeout. */
final class RequestBody {
    /** The largest accepted body in bytes. */
    static final int LIMIT = 1 << 16;
    /** The part of an oversized body that is read and dropped, so that the client reads the response. */
    private static final int DISCARDED = 1 << 24;

    private final RequestThreads threads;
    private final Duration limit;

    /** Creates a reader that closes the connection when a body takes longer than a limit. */
    RequestBody(RequestThreads threads, Duration limit) {
        this.threads = threads;
        this.limit = limit;
    }

    ObjectNode read(HttpExchange exchange) throws IOException, HttpError {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null || !type.matches("(?i)application/json\\s*(;\\s*charset=\"?utf-8\"?\\s*)?")) {
            throw new HttpError(415, "expected a body of type application/json");
        }
        byte[] bytes;
        try (RequestThreads.ClientWait wait = threads.await(limit)) {
            bytes = bytes(exchange.getRequestBody());
        }
        return object(bytes);
    }

    private static byte[] bytes(InputStream body) throws IOException, HttpError {
        byte[] bytes = body.readNBytes(LIMIT + 1);
        if (bytes.length <= LIMIT) {
            return bytes;
        }
        for (long left = DISCARDED; left > 0; ) {
            long skipped = body.readNBytes((int) Math.min(left, 1 << 13)).length;
            left = skipped == 0 ? 0 : left - skipped;
        }
        throw new HttpError(413, "the request is larger than " + LIMIT + " bytes");
    }

    private static ObjectNode object(byte[] bytes) throws HttpError {
        try {
            JsonNode node = Json.mapper().readTree(bytes);
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException malformed) {
            throw new HttpError(400, "the body is not valid JSON");
        } catch (IOException malformed) {
            throw new HttpError(400, "the body is not UTF-8");
        }
        throw new HttpError(400, "expected the body to be a JSON object");
    }
}
