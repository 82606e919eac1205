package dev.assay.feature.prompt;

import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Shading;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The features of a prompt as HTML: a table of features, each with the prompt shaded by it, and a table of tokens. */
final class PromptHtml {
    private PromptHtml() {}

    static String of(PromptReport report) {
        return HtmlSection.titled("Features on a prompt")
                .paragraph(report.summary())
                .table(features(report))
                .table(tokens(report))
                .toHtml();
    }

    /** Numbers that were not computed have no column. */
    private static Table features(PromptReport report) {
        boolean attributed = report.metric().isPresent();
        boolean ablated = report.ablated().isPresent();
        Table table = Table.of("").numbers("feature", "activation", "quantile");
        if (attributed) {
            table.numbers("attribution");
        }
        if (ablated) {
            table.numbers("effect");
        }
        table.words("known by", "prompt");
        for (PromptFeature feature : report.features()) {
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.integer(feature.latent()),
                    Cell.significant(feature.activation()),
                    Cell.percent(feature.quantile(), 1)));
            if (attributed) {
                cells.add(Cell.significant(feature.attribution()));
            }
            if (ablated) {
                cells.add(Cell.significant(feature.effect()));
            }
            cells.add(names(feature));
            cells.add(Cell.html("", shaded(report.tokens(), feature)).monospace());
            table.row(cells);
        }
        return table;
    }

    private static Cell names(PromptFeature feature) {
        String labels = String.join(", ", feature.labels());
        return Cell.html(
                labels, Html.escape(labels) + (labels.isEmpty() ? "" : " ") + Html.tokens(feature.peakTokens()));
    }

    private static String shaded(List<PromptToken> tokens, PromptFeature feature) {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            String token = Shading.activation(
                    tokens.get(i).token(), feature.activations().get(i), feature.activation());
            html.append(i == feature.peak() ? "<u>" + token + "</u>" : token);
        }
        return html.toString();
    }

    private static Table tokens(PromptReport report) {
        Table table = Table.of("Token by token").folded().words("token", "features, activation");
        report.tokens()
                .forEach(token -> table.row(
                        Cell.tokens(List.of(token.token())),
                        Cell.html(
                                "",
                                token.features().stream()
                                        .map(active -> active.latent() + " <span class=\"quiet\">"
                                                + Html.number(active.activation()) + "</span>")
                                        .collect(Collectors.joining(", ")))));
        return table;
    }
}
