package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The error object of a response.
 *
 * @param status the HTTP status, or the status that the object states
 * @param code the name of the error, such as {@code insufficient_quota}; empty if it has none
 * @param message the text for people
 */
record ServerError(int status, String code, String message) {
    private static final Set<String> QUOTA =
            Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_credits");
    private static final Set<String> CONTEXT =
            Set.of("context_length_exceeded", "exceed_context_size_error", "string_above_max_length");
    private static final Set<String> FILTERED =
            Set.of("content_filter", "content_policy_violation", "moderation_blocked");
    private static final int LONGEST_MESSAGE = 300;

    /** Returns the error of a body in one of the forms in use; empty if the body is no error object. */
    static Optional<ServerError> of(int status, JsonNode body) {
        JsonNode error = body.path("error");
        if (error.isTextual()) {
            return Optional.of(new ServerError(status, "", brief(error.textValue())));
        }
        if (error.isObject()) {
            return Optional.of(of(status, error, error.path("message").asText("")));
        }
        if (body.path("object").asText("").equals("error")) {
            return Optional.of(of(status, body, body.path("message").asText("")));
        }
        if (body.has("detail") && !body.has("choices")) {
            JsonNode detail = body.path("detail");
            return Optional.of(
                    new ServerError(status, "", brief(detail.isTextual() ? detail.textValue() : detail.toString())));
        }
        return Optional.empty();
    }

    private static ServerError of(int status, JsonNode error, String message) {
        JsonNode code = error.path("code");
        int stated = code.asInt(0);
        boolean isStatus = stated >= 400 && stated < 600;
        String type = error.path("type").asText("");
        String name = code.isTextual() && !isStatus ? code.textValue() : type;
        // A code such as "invalid_request_error" can hide a more specific type.
        boolean typeIsSpecific = QUOTA.contains(type) || CONTEXT.contains(type) || FILTERED.contains(type);
        return new ServerError(
                isStatus && status < 400 ? stated : status, typeIsSpecific ? type : name, brief(message));
    }

    private static String brief(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE - 3) + "...";
    }

    /** Returns whether the account cannot pay for further requests. */
    boolean isQuota() {
        return QUOTA.contains(code) || status == 402;
    }

    /** Returns whether the prompt does not fit the context of the model. */
    boolean isContext() {
        return CONTEXT.contains(code);
    }

    /** Returns whether a filter rejected the prompt. */
    boolean isFiltered() {
        String text = message.toLowerCase(Locale.ROOT);
        return FILTERED.contains(code) || (status == 403 && (text.contains("moderation") || text.contains("flagged")));
    }

    /** Returns whether the server is still loading the model. */
    boolean isLoading() {
        return status == 503 && message.toLowerCase(Locale.ROOT).contains("loading");
    }

    /** Returns the status with the message. */
    @Override
    public String toString() {
        String text = message.isEmpty() ? code : message;
        return text.isEmpty() ? String.valueOf(status) : status + ": " + text;
    }
}
