package dev.assay.io;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The wait that an HTTP server requests, see RFC 9110, section 10.2.3. */
public final class RetryAfter {
    /** Limit of a wait, so that sums of times do not overflow. */
    private static final long LONGEST_SECONDS = 366L * 24 * 3600;

    private RetryAfter() {}

    /**
     * Parses the header Retry-After.
     *
     * @param header a number of seconds, which may have decimals, or a date
     * @param now the current time
     * @return the wait from now, not negative; empty for a header that is missing or malformed
     */
    public static Optional<Duration> parse(String header, Instant now) {
        if (header.isEmpty()) {
            return Optional.empty();
        }
        try {
            double seconds = Double.parseDouble(header);
            return Double.isNaN(seconds)
                    ? Optional.empty()
                    : Optional.of(
                            Duration.ofMillis(Math.round(1000 * Math.min(LONGEST_SECONDS, Math.max(0, seconds)))));
        } catch (NumberFormatException date) {
            return until(header, now);
        }
    }

    private static Optional<Duration> until(String date, Instant now) {
        try {
            Instant end = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(now, end);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException neither) {
            return Optional.empty();
        }
    }
}
