package dev.assay.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A response of a server.
 *
 * @param address the requested address
 * @param status HTTP status
 * @param headers HTTP headers
 * @param body the body, closed by the caller; throws {@link TransientFailure} if the connection breaks
 */
record HubResponse(URI address, int status, HttpHeaders headers, InputStream body) implements AutoCloseable {
    static final int PARTIAL_CONTENT = 206;
    static final int RANGE_NOT_SATISFIABLE = 416;

    private static final Pattern RANGE = Pattern.compile("bytes \\d+-\\d+/(\\d{1,18})");

    boolean isRedirect() {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    boolean isFailure() {
        return status >= 400 && status != RANGE_NOT_SATISFIABLE;
    }

    /** Returns a header, empty if missing. */
    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** Returns the size of the whole file that the response states, if its body starts at a byte; -1 for none. */
    long wholeSize(long from) {
        Matcher range = RANGE.matcher(header("Content-Range"));
        if (status == PARTIAL_CONTENT && range.matches()) {
            return Long.parseLong(range.group(1));
        }
        long length = headers.firstValueAsLong("Content-Length").orElse(-1);
        return length < 0 ? -1 : from + length;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
