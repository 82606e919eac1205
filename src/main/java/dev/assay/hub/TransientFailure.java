package dev.assay.hub;

import java.io.IOException;
import java.time.Duration;

/** A request failed in a way that may pass by itself. */
final class TransientFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Duration wait;

    /** Makes the failure; {@code wait} is how long the server asks to be left alone, null where it does not say. */
    TransientFailure(String message, Duration wait, Throwable cause) {
        super(message, cause);
        this.wait = wait;
    }

    /** Makes the failure of a connection; {@code problem} begins the message. */
    static TransientFailure of(String problem, IOException broken) {
        String reason = broken.getMessage() == null ? broken.getClass().getSimpleName() : broken.getMessage();
        return new TransientFailure(problem + " (" + reason.lines().findFirst().orElse("") + ")", null, broken);
    }

    /** Returns how long the server asks to be left alone, or null. */
    Duration waitAsked() {
        return wait;
    }
}
