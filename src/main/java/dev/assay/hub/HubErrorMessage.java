package dev.assay.hub;

import dev.assay.InvalidInputException;
import dev.assay.io.RetryAfter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Converts failed responses to exceptions with a message for users. */
final class HubErrorMessage {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    private HubErrorMessage() {}

    /**
     * Throws the exception for a failed response.
     *
     * @param fromHub false if another host responded after a redirect from the hub
     * @param withToken whether the request had a token
     * @throws TransientFailure if a retry may succeed
     * @throws InvalidInputException if the name or the token is unusable
     */
    static void raise(HubResponse answer, HubName name, boolean fromHub, boolean withToken) throws IOException {
        String host = answer.address().getAuthority();
        String code = " (" + answer.status() + ")";
        switch (answer.status()) {
            case UNAUTHORIZED, FORBIDDEN -> {
                if (!fromHub) {
                    // Addresses of content are signed for a short time; a new request to the hub returns a new one.
                    throw new TransientFailure(host + " refuses a file of " + name + code, null, null);
                }
                throw new InvalidInputException(host + " refuses " + name + code + ": "
                        + (withToken ? "the token may not read it" : "it does not exist, is private or is gated")
                        + "; check the name, accept its licence at https://" + host + "/" + name.repository()
                        + " if it has one, and set HF_TOKEN to a token that may read it");
            }
            case NOT_FOUND -> throw new InvalidInputException(notFound(answer, name, host) + code);
            case TOO_MANY_REQUESTS ->
                throw new TransientFailure(
                        host + " rejects " + name + code + " because of too many requests", retryAfter(answer), null);
            default -> {
                String sentence = host + " responded with an error" + code + " for " + name;
                if (answer.status() >= SERVER_ERROR || answer.status() == TIMEOUT) {
                    throw new TransientFailure(sentence, retryAfter(answer), null);
                }
                throw new IOException(sentence);
            }
        }
    }

    private static String notFound(HubResponse answer, HubName name, String host) {
        return switch (answer.header("X-Error-Code")) {
            case "RevisionNotFound" ->
                host + " has no revision " + name.revision() + " of " + name.repository()
                        + ", expected a branch, a tag or a commit";
            case "EntryNotFound" -> host + " lists a file of " + name + " that does not exist";
            default ->
                host + " has no repository " + name.repository() + " with a revision " + name.revision()
                        + ", or it is private and HF_TOKEN is not set to a token that may read it";
        };
    }

    /** Returns the wait that the server requests; null without one. */
    private static Duration retryAfter(HubResponse answer) {
        return RetryAfter.parse(answer.header("Retry-After").strip(), Instant.now())
                .orElse(null);
    }
}
