package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends requests with retries: exponential pauses with full jitter, or the wait that the server requests. Thread-safe. */
final class RetryLoop {
    private static final Duration LOADING_PAUSE = Duration.ofSeconds(2);

    private final ChatConnection connection;
    private final ReplyJudge judge;
    private final RequestLimits limits;
    private final Budget budget;
    private final RequestClock clock;
    private final SplittableRandom jitter;
    private final AtomicInteger consecutiveFailures = new AtomicInteger();

    RetryLoop(
            ChatConnection connection,
            ReplyJudge judge,
            RequestLimits limits,
            Budget budget,
            RequestClock clock,
            long seed) {
        this.connection = connection;
        this.judge = judge;
        this.limits = limits;
        this.budget = budget;
        this.clock = clock;
        this.jitter = new SplittableRandom(seed);
    }

    /** Parses a usable response. */
    interface ReplyParser<T> {
        Answer<T> parse(JsonNode body, int tries);
    }

    /**
     * Sends a request until it has a usable response.
     *
     * @param path appended to the address of the server
     * @param body the request
     * @param tokens estimate of the tokens of request and answer, for the budget
     * @param parser parses the response
     * @return the parsed response, or the failure of the last try
     * @throws InvalidInputException if the response means that no request can succeed
     * @throws UncheckedIOException if too many consecutive requests failed
     */
    <T> Answer<T> send(String path, ObjectNode body, long tokens, ReplyParser<T> parser) {
        Instant start = clock.now();
        String json = body.toString();
        int tries = 0;
        while (true) {
            ReplyVerdict verdict = once(path, json, tokens);
            tries++;
            if (verdict instanceof ReplyVerdict.Usable usable) {
                consecutiveFailures.set(0);
                return parser.parse(usable.body(), tries);
            }
            if (verdict instanceof ReplyVerdict.Stop stop) {
                throw new InvalidInputException(stop.sentence());
            }
            if (verdict instanceof ReplyVerdict.Fail fail) {
                return failed(fail.kind(), fail.reason());
            }
            if (verdict instanceof ReplyVerdict.Loading loading) {
                tries--;
                if (!fits(LOADING_PAUSE, start)) {
                    return failed(FailureKind.HTTP, loading.reason());
                }
                sleep(LOADING_PAUSE);
                continue;
            }
            ReplyVerdict.Retry retry = (ReplyVerdict.Retry) verdict;
            int done = tries;
            Duration pause = retry.requestedWait().orElseGet(() -> pause(done));
            if (tries >= limits.tries()) {
                return failed(retry.kind(), retry.reason() + " in " + tries + " tries");
            }
            if (!fits(pause, start)) {
                return failed(
                        retry.kind(),
                        retry.reason() + " and a wait of " + pause.toSeconds()
                                + " seconds exceeds the time limit of a request");
            }
            sleep(pause);
        }
    }

    private ReplyVerdict once(String path, String json, long tokens) {
        budget.reserve(tokens);
        TokenUsage used = TokenUsage.NONE;
        try {
            ReplyVerdict verdict = judge.judge(connection.post(path, json), clock.now());
            if (verdict instanceof ReplyVerdict.Usable usable) {
                used = ChatReply.usage(usable.body());
            }
            return verdict;
        } catch (ConnectionFailure failure) {
            return new ReplyVerdict.Retry(failure.kind(), failure.getMessage(), Optional.empty());
        } catch (IOException interrupted) {
            throw new UncheckedIOException(interrupted);
        } finally {
            budget.settle(tokens, used);
        }
    }

    /** Counts a failed request; filters and long prompts are properties of the request, not of the server. */
    private <T> Answer<T> failed(FailureKind kind, String reason) {
        if (kind != FailureKind.HTTP && kind != FailureKind.TIMEOUT) {
            return Answer.failed(kind, reason);
        }
        int failures = consecutiveFailures.incrementAndGet();
        if (failures >= limits.failedRequests()) {
            throw new UncheckedIOException(new IOException(
                    reason + "; the last " + failures + " requests failed, so the run stops; rerun to continue"));
        }
        return Answer.failed(kind, reason);
    }

    /** Returns a pause between zero and a limit that doubles after each try. */
    private Duration pause(int tries) {
        double limit =
                Math.min(limits.longestPause().toMillis(), limits.firstPause().toMillis() * Math.pow(2, tries - 1));
        synchronized (jitter) {
            return Duration.ofMillis((long) (jitter.nextDouble() * limit));
        }
    }

    private boolean fits(Duration pause, Instant start) {
        return Duration.between(start, clock.now()).plus(pause).compareTo(limits.total()) <= 0;
    }

    private void sleep(Duration pause) {
        try {
            clock.sleep(pause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("the wait for a server was interrupted"));
        }
    }
}
