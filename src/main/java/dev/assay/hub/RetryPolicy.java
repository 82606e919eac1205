package dev.assay.hub;

import java.time.Duration;

/**
 * Retry and timeout policy for hub requests.
 *
 * @param attempts number of consecutive failures before a request is given up
 * @param pause wait after the first failure; doubles after each further one
 * @param longestPause maximum wait that a server may request
 * @param silence timeout of an open connection without data
 */
record RetryPolicy(int attempts, Duration pause, Duration longestPause, Duration silence) {
    static final RetryPolicy USUAL =
            new RetryPolicy(5, Duration.ofMillis(500), Duration.ofMinutes(2), Duration.ofSeconds(60));
}
