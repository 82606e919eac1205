package dev.assay.audit.run;

import dev.assay.audit.trace.DocumentRanking;
import dev.assay.audit.trace.FeatureTrail;
import dev.assay.audit.trace.SteeringCurve;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.feature.report.Neighbour;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The training documents of prompts in a report. */
final class TraceSection {
    private static final int LISTED = 5;
    private static final int SHOWN = 3;

    private final AuditSubject subject;
    private final TraceResults results;
    private final DocumentExcerpts excerpts;

    TraceSection(AuditSubject subject, TraceResults results) {
        this.subject = subject;
        this.results = results;
        this.excerpts =
                new DocumentExcerpts(results.store().withTexts(subject.model().tokenizer()));
    }

    String text() {
        StringBuilder text = new StringBuilder(description())
                .append("\n\n")
                .append(rankings().toText());
        text.append('\n').append(features().toText());
        results.steering().forEach(curve -> text.append('\n').append(curve));
        return text.toString();
    }

    String html(Path folder) {
        StringBuilder html = new StringBuilder("<h2>Rankings of training documents</h2>");
        html.append(HtmlSection.of().paragraph(description()).table(rankings()).toHtml());
        html.append("<h2>Features that are stronger on the prompts</h2>")
                .append(HtmlSection.of(features()).toHtml());
        for (FeatureTrail trail : results.report().trails()) {
            card(html, trail, folder);
        }
        for (SteeringCurve curve : results.steering()) {
            html.append(curve.toHtml());
        }
        return html.toString();
    }

    private String description() {
        return String.format(
                Locale.ROOT,
                "%,d prompts relative to %,d reference prompts; ranks among %,d training documents. Equal scores count as a random order.",
                results.report().prompts(),
                results.report().reference(),
                results.training().size());
    }

    private Table rankings() {
        Table table = Table.of("The dictionary and its controls").words("ranker", "", "first documents");
        if (!results.wanted().isEmpty()) {
            table.numbers("first rank");
        }
        results.wanted().forEach(id -> table.numbers("rank of " + id));
        for (DocumentRanking ranking : results.report().rankings()) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.text(ranking.ranker()));
            cells.add(Cell.text(ranking == results.report().rankings().get(0) ? "" : "control"));
            cells.add(Cell.text(String.join(
                    ", ",
                    ranking.top(LISTED).stream().map(DocumentRanking.Hit::id).toList())));
            if (!results.wanted().isEmpty()) {
                cells.add(Cell.number("%.1f", ranking.firstRank(results.wanted())));
            }
            results.wanted().forEach(id -> cells.add(Cell.number("%.1f", ranking.rank(id))));
            table.row(cells);
        }
        return table;
    }

    private Table features() {
        Table table = Table.of(
                        "Features by the difference of their means in units of the largest value in the documents")
                .words("feature")
                .numbers("prompt mean", "reference mean", "largest", "weight")
                .words("first documents", "decoder neighbours", "explanation");
        for (FeatureTrail trail : results.report().trails()) {
            table.row(
                    Cell.integer(trail.weight().feature()),
                    Cell.significant(trail.weight().promptMean()),
                    Cell.significant(trail.weight().referenceMean()),
                    Cell.significant(trail.weight().largest()),
                    Cell.number("%.3f", trail.weight().weight()),
                    Cell.text(String.join(
                            ", ",
                            trail.documents().stream()
                                    .limit(SHOWN)
                                    .map(DocumentRanking.Hit::id)
                                    .toList())),
                    Cell.text(neighbours(trail)),
                    Cell.text(subject.explanations().getOrDefault(trail.weight().feature(), List.of()).stream()
                            .findFirst()
                            .map(FeatureExplanation::text)
                            .orElse("")));
        }
        return table;
    }

    private static String neighbours(FeatureTrail trail) {
        StringBuilder text = new StringBuilder();
        for (Neighbour neighbour : trail.neighbours()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "%d (%.2f)", neighbour.latent(), neighbour.value()));
        }
        return text.toString();
    }

    private void card(StringBuilder html, FeatureTrail trail, Path folder) {
        int feature = trail.weight().feature();
        String address = subject.address(feature, folder);
        html.append("<section class=\"card\" id=\"feature-" + feature + "\"><h3>")
                .append(
                        address.isEmpty()
                                ? "Feature " + feature
                                : "<a href=\"" + Html.escape(address) + "\">Feature " + feature + "</a>")
                .append("</h3>");
        for (FeatureExplanation explanation : subject.explanations().getOrDefault(feature, List.of())) {
            html.append("<p>“" + Html.escape(explanation.text()) + "” <span class=\"quiet\">"
                    + Html.escape(explanation.source()) + "</span></p>");
        }
        html.append("<ol>");
        trail.documents().stream().limit(SHOWN).forEach(hit -> {
            int number = Math.toIntExact(results.numbers().get(hit.row()));
            html.append("<li><code>" + Html.escape(hit.id()) + "</code> <data>" + Html.number(hit.score())
                    + "</data><p class=\"text\">"
                    + excerpts.html(feature, number, excerpts.maximum(feature)) + "</p></li>");
        });
        html.append("</ol></section>\n");
    }
}
