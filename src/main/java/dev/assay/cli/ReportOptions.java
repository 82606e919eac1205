package dev.assay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The output of a report: text or JSON, and optionally a page. */
final class ReportOptions {
    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "also write a page to this file")
    private Path page;

    /**
     * Prints a report.
     *
     * @param out the output
     * @param text the report for people
     * @param object the report for programs
     * @param html its parts on the page
     */
    void print(PrintWriter out, String text, JsonNode object, Displayable... html) throws IOException {
        out.print(json ? Json.pretty(object) : text);
        out.flush(); // a page that fails does not cost the report
        if (page != null) {
            StringBuilder body = new StringBuilder();
            for (Displayable part : html) {
                body.append(part.toHtml()).append('\n');
            }
            AtomicFiles.writeString(page, PAGE.formatted(body));
            if (!json) {
                out.println("page: " + page);
            }
        }
        out.flush();
    }

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><title>Assay</title></head>
            <body style="max-width:70em;margin:2em auto;padding:0 1em">
            %s</body></html>
            """;
}
