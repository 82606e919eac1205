package dev.assay.hub;

import java.io.IOException;
import java.time.Duration;

/** A request failure after which a retry may succeed. */
final class TransientFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Duration wait;

    /** Creates the failure; {@code wait} is the pause that the server requests, or null. */
    TransientFailure(String message, Duration wait, Throwable cause) {
        super(message, cause);
        this.wait = wait;
    }

    /** Creates the failure of a connection; {@code problem} is the start of the message. */
    static TransientFailure of(String problem, IOException broken) {
        String reason = broken.getMessage() == null ? broken.getClass().getSimpleName() : broken.getMessage();
        return new TransientFailure(problem + " (" + reason.lines().findFirst().orElse("") + ")", null, broken);
    }

    /** Returns the pause that the server requests, or null. */
    Duration waitAsked() {
        return wait;
    }
}
