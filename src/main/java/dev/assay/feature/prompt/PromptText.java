package dev.assay.feature.prompt;

import dev.assay.view.PlainText;
import dev.assay.view.TextColumns;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The features of a prompt as text for a terminal. */
final class PromptText {
    private static final int FEATURES_A_TOKEN = 5;
    private static final int AROUND = 24;

    private PromptText() {}

    static String of(PromptReport report) {
        StringBuilder text = new StringBuilder(report.summary()).append("\n\n");
        boolean attributed = report.options().needsMetric();
        boolean ablated = report.options().ranking() == PromptRanking.EFFECT;
        text.append(String.format("%8s  %10s  %9s", "feature", "activation", "quantile"));
        text.append(attributed ? String.format("  %11s", "attribution") : "");
        text.append(ablated ? String.format("  %9s", "effect") : "");
        text.append(String.format("  %" + (AROUND + 1) + "s%s\n", "", "strongest at"));
        for (PromptFeature feature : report.features()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%8d  %10.3f  %7.1f %%",
                    feature.latent(),
                    feature.activation(),
                    100 * feature.quantile()));
            text.append(attributed ? String.format(Locale.ROOT, "  %+11.4f", feature.attribution()) : "");
            text.append(ablated ? String.format(Locale.ROOT, "  %+9.4f", feature.effect()) : "");
            text.append("  ").append(place(report.tokens(), feature.peak()));
            if (!feature.labels().isEmpty()) {
                text.append("   ").append(PlainText.visible(String.join(", ", feature.labels())));
            }
            text.append('\n');
        }
        text.append('\n');
        report.tokens().forEach(token -> token(text, token));
        return text.toString();
    }

    private static String place(List<PromptToken> tokens, int peak) {
        return TextColumns.inContext(tokens.stream().map(PromptToken::token).toList(), peak, AROUND, AROUND / 2);
    }

    private static void token(StringBuilder text, PromptToken token) {
        text.append("  ").append(TextColumns.column(PlainText.visible(token.token()), 16));
        text.append(token.features().stream()
                .limit(FEATURES_A_TOKEN)
                .map(active -> String.format(Locale.ROOT, "%6d %.2f", active.latent(), active.activation()))
                .collect(Collectors.joining("  ")));
        text.append('\n');
    }
}
