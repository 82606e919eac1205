package dev.assay.hub;

import java.time.Duration;

/**
 * How long the hub is waited for.
 *
 * @param attempts how often in a row something is tried before it counts as failed
 * @param pause the wait after the first failure; it doubles after each further one
 * @param longestPause the longest wait that a server may ask for
 * @param silence how long an open connection may give nothing
 */
record RetryPolicy(int attempts, Duration pause, Duration longestPause, Duration silence) {
    static final RetryPolicy USUAL =
            new RetryPolicy(5, Duration.ofMillis(500), Duration.ofMinutes(2), Duration.ofSeconds(60));
}
