package dev.assay.feature.prompt;

import dev.assay.view.PlainText;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import dev.assay.view.TextColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The features of a prompt in plain text: a table of features, then the strongest features of each token. */
final class PromptText {
    private static final int FEATURES_PER_TOKEN = 5;
    private static final int TOKEN_WIDTH = 16;
    private static final int AROUND = 24;

    private PromptText() {}

    static String of(PromptReport report) {
        return report.summary() + "\n\n" + features(report) + '\n' + tokens(report);
    }

    private static String features(PromptReport report) {
        boolean attributed = report.options().needsMetric();
        boolean ablated = report.options().ranking() == PromptRanking.EFFECT;
        List<Integer> widths = new ArrayList<>(List.of(8, 10, 9));
        Table table = Table.of("").numbers("feature", "activation", "quantile");
        if (attributed) {
            table.numbers("attribution");
            widths.add(11);
        }
        if (ablated) {
            table.numbers("effect");
            widths.add(9);
        }
        // The heading is above the tokens in brackets.
        table.words(" ".repeat(AROUND + 1) + "strongest at");
        for (PromptFeature feature : report.features()) {
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.integer(feature.latent()),
                    Cell.number("%.3f", feature.activation()),
                    Cell.number("%.1f %%", 100 * feature.quantile())));
            if (attributed) {
                cells.add(Cell.number("%+.4f", feature.attribution()));
            }
            if (ablated) {
                cells.add(Cell.number("%+.4f", feature.effect()));
            }
            cells.add(Cell.text(peak(report.tokens(), feature)));
            table.row(cells);
        }
        return table.textLayout(
                        0, 2, widths.stream().mapToInt(Integer::intValue).toArray())
                .toText();
    }

    private static String peak(List<PromptToken> tokens, PromptFeature feature) {
        String text = TextColumns.inContext(
                tokens.stream().map(PromptToken::token).toList(), feature.peak(), AROUND, AROUND / 2);
        return feature.labels().isEmpty()
                ? text
                : text + "   " + PlainText.visible(String.join(", ", feature.labels()));
    }

    private static String tokens(PromptReport report) {
        Table table = Table.of("").words("", "").textLayout(2, 0, TOKEN_WIDTH);
        report.tokens()
                .forEach(token -> table.row(
                        Cell.text(TextColumns.column(PlainText.token(token.token()), TOKEN_WIDTH)),
                        Cell.text(token.features().stream()
                                .limit(FEATURES_PER_TOKEN)
                                .map(active ->
                                        String.format(Locale.ROOT, "%6d %.2f", active.latent(), active.activation()))
                                .collect(Collectors.joining("  ")))));
        return table.toText();
    }
}
