package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import java.time.Duration;

/**
 * Limits of the requests to a server.
 *
 * @param timeout time limit of one try, from the connection to the last byte of the answer
 * @param tries largest number of tries per request
 * @param firstPause upper limit of the random pause after the first failed try; it doubles after each further one
 * @param longestPause upper limit of a random pause; a wait that the server requests may be longer
 * @param total time limit of all tries of one request with their pauses
 * @param failedRequests number of consecutive failed requests after which the run stops
 */
public record RequestLimits(
        Duration timeout, int tries, Duration firstPause, Duration longestPause, Duration total, int failedRequests) {
    /** Five tries of 60 seconds, pauses of up to 1 to 30 seconds, at most 10 minutes; stops after 10 consecutive failed requests. */
    public static final RequestLimits USUAL = new RequestLimits(
            Duration.ofSeconds(60), 5, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(10), 10);

    /** Checks the limits. */
    public RequestLimits {
        InvalidInputException.require(
                !timeout.isNegative() && !timeout.isZero(), "the timeout is " + timeout + ", expected a positive time");
        InvalidInputException.requireAtLeast(1, "tries", tries);
        InvalidInputException.requireAtLeast(1, "failedRequests", failedRequests);
    }

    /**
     * Changes the time limit of one try.
     *
     * @param limit the time limit
     * @return otherwise the same limits
     */
    public RequestLimits withTimeout(Duration limit) {
        return new RequestLimits(limit, tries, firstPause, longestPause, total, failedRequests);
    }
}
