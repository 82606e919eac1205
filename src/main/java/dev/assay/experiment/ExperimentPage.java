package dev.assay.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.view.Html;
import dev.assay.view.Picture;
import java.util.Locale;
import java.util.Map;

/** The page {@code index.html} of a folder of results. Figures are files next to it. */
final class ExperimentPage {
    private final ExperimentReport report;
    private final Map<String, Picture> figures;
    private final ObjectNode description;

    ExperimentPage(ExperimentReport report, Map<String, Picture> figures, ObjectNode description) {
        this.report = report;
        this.figures = figures;
        this.description = description;
    }

    String html() {
        StringBuilder body = new StringBuilder();
        report.findings()
                .forEach(finding -> body.append("<p class=\"finding\">")
                        .append(Html.escape(finding))
                        .append("</p>\n"));
        figures.forEach((name, picture) -> body.append(String.format(
                Locale.ROOT,
                "<figure><a href=\"figures/%s.png\"><img src=\"figures/%s.svg\" alt=\"%s\"></a></figure>%n",
                name,
                name,
                Html.escape(picture.description()))));
        for (ResultTable table : report.tables()) {
            body.append(table.toHtml());
            body.append(String.format(
                    Locale.ROOT,
                    "<p class=\"files\"><a href=\"tables/%s.csv\">CSV</a> <a href=\"tables/%s.json\">JSON</a></p>%n",
                    table.name(),
                    table.name()));
        }
        StringBuilder options = new StringBuilder();
        description
                .path(ExperimentFolder.OPTIONS)
                .properties()
                .forEach(option -> options.append("<tr><th>")
                        .append(Html.escape(option.getKey()))
                        .append("</th><td>")
                        .append(Html.escape(option.getValue().asText()))
                        .append("</td></tr>\n"));
        String name = Html.escape(report.experiment());
        return """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>
                body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem}
                figure{margin:1.5rem 0}img{max-width:100%%;background:#fff}
                .finding{max-width:50em}.files{font-size:12px}.assay-output{overflow-x:auto;margin-top:1.5rem}
                th{text-align:left;font-weight:400;padding-right:1.5em}
                </style>
                <h1>%s</h1>
                <p>%s</p>
                %s
                <h2>Options</h2>
                <table>
                %s</table>
                <p class="files">Computed in %.0f s. <a href="%s">%s</a></p>
                </html>
                """.formatted(
                        name,
                        name,
                        Html.escape(report.question()),
                        body,
                        options,
                        report.seconds(),
                        ExperimentFolder.DESCRIPTION,
                        ExperimentFolder.DESCRIPTION);
    }
}
