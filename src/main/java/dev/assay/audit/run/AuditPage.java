package dev.assay.audit.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.view.Html;
import dev.assay.view.PageStyle;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The self-contained page of an audit. */
final class AuditPage {
    /** What a result means, on every page and in every result. */
    static final String MEANING =
            "A feature in this report differs between conditions of these documents. This does not"
                    + " show what the feature represents, and no feature here is claimed to detect an intention. Compare each number"
                    + " with the controls next to it.";

    private AuditPage() {}

    /**
     * Renders a page.
     *
     * @param title the title
     * @param subtitle the model, the dictionary and the documents in one line
     * @param body sections in HTML
     * @param result the result, whose provenance and settings are shown
     */
    static String html(String title, String subtitle, String body, ObjectNode result, Map<String, String> tables) {
        StringBuilder details = new StringBuilder();
        rows(details, "", result.path("provenance"));
        rows(details, "", result.path("settings"));
        StringBuilder files =
                new StringBuilder("<a href=\"" + AuditFolder.RESULT + "\">" + AuditFolder.RESULT + "</a>");
        tables.keySet()
                .forEach(name -> files.append(
                        " · <a href=\"" + AuditFolder.TABLES + "/" + name + ".csv\">" + name + ".csv</a>"));
        return """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>
                :root {
                %s}
                %s%s</style>
                <main>
                <h1>%s</h1>
                <p class="quiet">%s</p>
                <p class="meaning">%s</p>
                %s
                <h2>Origin and settings</h2>
                <table class="details">%s</table>
                <p class="files">%s</p>
                </main>
                </html>
                """.formatted(
                        Html.escape(title),
                        PageStyle.theme(),
                        PageStyle.charts(),
                        style(),
                        Html.escape(title),
                        Html.escape(subtitle),
                        Html.escape(MEANING),
                        body,
                        details,
                        files);
    }

    /** Adds a row per value; nested names are joined by points. */
    private static void rows(StringBuilder html, String prefix, JsonNode node) {
        node.properties().forEach(field -> {
            String name = prefix + field.getKey().replace('_', ' ');
            if (field.getValue().isObject()) {
                rows(html, name + ".", field.getValue());
            } else {
                html.append("<tr><th>" + Html.escape(name) + "</th><td>" + Html.escape(value(field.getValue()))
                        + "</td></tr>\n");
            }
        });
    }

    private static String value(JsonNode node) {
        if (!node.isArray()) {
            return node.asText();
        }
        StringBuilder text = new StringBuilder();
        node.forEach(item -> text.append(text.isEmpty() ? "" : ", ")
                .append(
                        item.isObject()
                                ? String.join(
                                        " ",
                                        item.properties().stream()
                                                .map(field -> field.getValue().asText())
                                                .toList())
                                : item.asText()));
        return text.toString();
    }

    private static String style() {
        try (InputStream in = AuditPage.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
