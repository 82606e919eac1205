package dev.assay.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;

/**
 * What a server answered.
 *
 * @param address what was asked
 * @param status of HTTP
 * @param headers of HTTP
 * @param body fails with a {@link TransientFailure} when the connection breaks; to be closed
 */
record HubResponse(URI address, int status, HttpHeaders headers, InputStream body) implements AutoCloseable {
    static final int PARTIAL_CONTENT = 206;
    static final int RANGE_NOT_SATISFIABLE = 416;

    boolean isRedirect() {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    boolean isFailure() {
        return status >= 400 && status != RANGE_NOT_SATISFIABLE;
    }

    /** Returns a header, empty where it is missing. */
    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
