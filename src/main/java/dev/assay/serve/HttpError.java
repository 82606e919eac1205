package dev.assay.serve;

import java.util.Map;

/** A rejected request: HTTP status, message and header fields of the response. */
final class HttpError extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;

    /** Creates an error with a status and one sentence for the user. */
    HttpError(int status, String sentence) {
        this(status, sentence, Map.of());
    }

    /** Creates an error with additional header fields. */
    HttpError(int status, String sentence, Map<String, String> headers) {
        super(sentence);
        this.status = status;
        this.headers = headers;
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }
}
