package dev.assay.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.assay.feature.page.Dashboard;
import dev.assay.io.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A dashboard with a prompt box, stored compressed. */
final class ServedPage {
    /** The page may only run its own scripts and connect to this server. */
    static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String SEALED = "content=\"default-src 'none';";
    private static final String OPENED = "content=\"default-src 'none'; connect-src 'self';";
    private static final String PLACE = "</header>";

    private final byte[] packed;
    private final String tag;

    /** Compresses a page. */
    ServedPage(String html) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(html.getBytes(StandardCharsets.UTF_8));
        }
        packed = bytes.toByteArray();
        tag = '"' + new Sha256().add(html).hex().substring(0, 32) + '"';
    }

    /** Renders a dashboard with a prompt box. */
    static ServedPage of(Dashboard dashboard) throws IOException {
        Path folder = Files.createTempDirectory("assay-serve");
        Path file = folder.resolve("page.html");
        try {
            dashboard.write(file);
            return new ServedPage(live(Files.readString(file)));
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    /** Helpers that the scripts of the page do not share with other scripts. */
    private static final String TEXT = "/dev/assay/feature/page/text.js";

    /** Adds the prompt box below the header and allows connections to this server. */
    static String live(String page) throws IOException {
        int policy = page.indexOf(SEALED);
        int place = page.indexOf(PLACE);
        if (policy < 0 || place < policy) {
            throw new IllegalStateException("the page has no head with a policy");
        }
        return page.substring(0, policy)
                + OPENED
                + page.substring(policy + SEALED.length(), place + PLACE.length())
                + "<style>" + resource("live.css") + "</style>"
                + resource("live.html")
                + "<script>(() => {\n'use strict';\n" + resource(TEXT) + resource("live.js") + "})();</script>"
                + page.substring(place + PLACE.length());
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ServedPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    void send(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("Cache-Control", "no-cache");
        headers.set("Vary", "Accept-Encoding");
        headers.set("ETag", tag);
        if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        headers.set("Content-Type", "text/html; charset=utf-8");
        String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        boolean gzip = accepted != null && accepted.matches("(?i).*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$)).*");
        if (gzip) {
            headers.set("Content-Encoding", "gzip");
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(200, head ? -1 : gzip ? packed.length : 0); // 0 for unknown length
        if (!head) {
            try (InputStream in = stream(gzip);
                    OutputStream out = exchange.getResponseBody()) {
                in.transferTo(out);
            }
        }
    }

    private InputStream stream(boolean gzip) throws IOException {
        InputStream bytes = new ByteArrayInputStream(packed);
        return gzip ? bytes : new GZIPInputStream(bytes);
    }
}
