package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.explain.FailureKind;
import dev.assay.io.Json;
import dev.assay.io.RetryAfter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** Decides whether a response is usable, a reason to retry, a failure of its request, or the end of the run. */
final class ReplyJudge {
    private static final int TOO_MANY_REQUESTS = 429;

    private final URI server;
    private final String model;
    private final ApiKey key;

    ReplyJudge(URI server, String model, ApiKey key) {
        this.server = server;
        this.model = model;
        this.key = key;
    }

    ReplyVerdict judge(ServerReply reply, Instant now) {
        JsonNode body = parsed(reply.body());
        if (reply.status() / 100 == 2) {
            // Routers report errors of the provider behind them with status 200.
            Optional<ServerError> hidden = ServerError.of(reply.status(), body);
            if (hidden.isPresent() && !body.path("choices").path(0).isObject()) {
                return error(hidden.get(), reply, now);
            }
            return body.isObject()
                    ? new ReplyVerdict.Usable(body)
                    : new ReplyVerdict.Retry(
                            FailureKind.HTTP, server + " returned no JSON object, expected one", Optional.empty());
        }
        if (reply.status() / 100 == 3) {
            return new ReplyVerdict.Stop(
                    server + " redirects to \"" + reply.location() + "\"; expected the address of the server itself");
        }
        ServerError error = ServerError.of(reply.status(), body)
                .orElseGet(() -> new ServerError(reply.status(), "", beginning(reply.body())));
        return error(error, reply, now);
    }

    private ReplyVerdict error(ServerError error, ServerReply reply, Instant now) {
        String text = key.removedFrom(error.toString());
        String sentence = server + " responded with an error (" + text + ")";
        if (error.isFiltered()) {
            return new ReplyVerdict.Fail(FailureKind.CONTENT_FILTER, sentence);
        }
        if (error.isContext()) {
            return new ReplyVerdict.Fail(FailureKind.TRUNCATED, sentence);
        }
        if (error.isQuota()) {
            return new ReplyVerdict.Stop(server + " rejects further requests because the account has no credit left ("
                    + text + "); add credit and rerun, answers in the cache are not requested again");
        }
        if (error.isLoading()) {
            return new ReplyVerdict.Loading(sentence);
        }
        return switch (error.status()) {
            case 401, 403 -> new ReplyVerdict.Stop(rejectedKey(text));
            case 404, 405, 410 ->
                new ReplyVerdict.Stop(server + " has no model \"" + model + "\" or no chat interface (" + text
                        + "); check the address, which usually ends in /v1, and the name of the model");
            case 408, 409, TOO_MANY_REQUESTS -> retry(sentence, reply, now);
            default ->
                error.status() >= 500 && error.status() < 600
                        ? retry(sentence, reply, now)
                        : new ReplyVerdict.Fail(FailureKind.HTTP, sentence);
        };
    }

    private String rejectedKey(String text) {
        return key.isPresent()
                ? server + " rejects the key of the environment variable " + key.variable() + " (" + text
                        + "); set it to a key that may use the model \"" + model + "\""
                : server + " requires a key (" + text + "); set the environment variable " + key.variable();
    }

    private static ReplyVerdict retry(String sentence, ServerReply reply, Instant now) {
        return new ReplyVerdict.Retry(FailureKind.HTTP, sentence, RetryAfter.parse(reply.retryAfter(), now));
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return Json.mapper().readTree(body);
        } catch (IOException noJson) {
            return MissingNode.getInstance();
        }
    }

    private static String beginning(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8);
        return text.replaceAll("\\s+", " ").strip();
    }
}
