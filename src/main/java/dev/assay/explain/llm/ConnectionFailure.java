package dev.assay.explain.llm;

import dev.assay.explain.FailureKind;
import java.io.IOException;

/** A request without a complete response. */
final class ConnectionFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    ConnectionFailure(FailureKind kind, String reason, Throwable cause) {
        super(reason, cause);
        this.kind = kind;
    }

    FailureKind kind() {
        return kind;
    }
}
