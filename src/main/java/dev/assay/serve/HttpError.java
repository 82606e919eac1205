package dev.assay.serve;

import java.util.Map;

/** A request that is not answered as asked, with what the client is told instead. */
final class HttpError extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;

    /** With a status of HTTP and one sentence for the person who asked. */
    HttpError(int status, String sentence) {
        this(status, sentence, Map.of());
    }

    /** With header fields besides. */
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
