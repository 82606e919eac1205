package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.FailureKind;
import java.time.Duration;
import java.util.Optional;

/** The consequence of a response. */
sealed interface ReplyVerdict {
    /** A body to parse. */
    record Usable(JsonNode body) implements ReplyVerdict {}

    /** A failure after which a retry may succeed; {@code requestedWait} is the wait that the server requests. */
    record Retry(FailureKind kind, String reason, Optional<Duration> requestedWait) implements ReplyVerdict {}

    /** The server still loads its model; the wait does not count as a try. */
    record Loading(String reason) implements ReplyVerdict {}

    /** A failure of this request only. */
    record Fail(FailureKind kind, String reason) implements ReplyVerdict {}

    /** A failure of every request; {@code sentence} is for the user. */
    record Stop(String sentence) implements ReplyVerdict {}
}
