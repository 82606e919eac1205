package dev.assay.feature.report;

import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import dev.assay.view.Html;
import dev.assay.view.PlainText;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import dev.assay.view.TextColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A feature in plain text. Examples are aligned at their peaks, which are in brackets. */
final class FeatureText {
    private static final int BEFORE = 56;
    private static final int AFTER = 40;
    private static final int TOKEN = 16;
    /** Effects below this many nats are not listed. */
    private static final double SMALL = 0.0005;

    /** The widths of {@link #columns}. */
    static final int[] WIDTHS = {8, 10, 9, 9};

    private static final String BARS = "▁▂▃▄▅▆▇█";

    private FeatureText() {}

    static String of(FeatureReport report) {
        StringBuilder text = new StringBuilder();
        text.append("Feature ").append(report.latent());
        if (!report.labels().isEmpty()) {
            text.append("   ").append(PlainText.visible(String.join(", ", report.labels())));
        }
        if (report.isDead()) {
            text.append(format(
                    "   dead: none of the %,d tokens of the corpus activates it\n",
                    report.stats().tokens()));
        } else {
            numbers(text, report);
        }
        explanations(text, report);
        logits(text, report);
        related(text, report);
        if (!report.topExamples().isEmpty()) {
            text.append('\n');
            report.topExamples().forEach(example -> example(text, example));
        }
        report.groups().stream().filter(group -> !group.examples().isEmpty()).forEach(group -> group(text, group));
        report.effects().forEach(effects -> effects(text, effects));
        return text.toString();
    }

    private static void numbers(StringBuilder text, FeatureReport report) {
        FeatureStats stats = report.stats();
        text.append("   density ").append(TextColumns.percent(stats.density()));
        text.append(format("   active on %,d tokens", stats.activeTokens()));
        text.append(format("   max %.3f   mean %.3f\n\n", stats.max(), stats.mean()));
        text.append("  0 ").append(bars(report.histogram())).append(' ');
        text.append(format("%.1f   activations above 0\n", report.histogram().end()));
    }

    private static void explanations(StringBuilder text, FeatureReport report) {
        for (FeatureExplanation explanation : report.explanations()) {
            text.append("\n  ").append(PlainText.visible(explanation.text()));
            text.append("\n    ")
                    .append(PlainText.visible(explanation.source()))
                    .append('\n');
        }
    }

    private static void logits(StringBuilder text, FeatureReport report) {
        if (report.topLogits().isEmpty()) {
            return;
        }
        Table table =
                Table.of("").words("makes more likely", "makes less likely").textLayout(2, 6);
        for (int i = 0; i < report.topLogits().size(); i++) {
            table.row(
                    logit(report.topLogits().get(i)),
                    logit(report.bottomLogits().get(i)));
        }
        text.append('\n').append(table.toText());
        report.logits()
                .ifPresent(summary -> text.append(format(
                        "\n  %+.3f %s %+.3f   logit weights, deviation %.4f, skewness %.2f, kurtosis %.1f\n",
                        summary.histogram().start(),
                        bars(summary.histogram()),
                        summary.histogram().end(),
                        summary.deviation(),
                        summary.skewness(),
                        summary.kurtosis())));
    }

    private static Cell logit(TokenLogit logit) {
        return Cell.text(token(logit.token()) + format("%+8.3f", logit.logit()));
    }

    private static String token(String token) {
        return TextColumns.column(PlainText.token(token), TOKEN);
    }

    private static void related(StringBuilder text, FeatureReport report) {
        Map<Neighbour.Measure, List<Neighbour>> byMeasure = report.neighbours().stream()
                .collect(Collectors.groupingBy(Neighbour::measure, LinkedHashMap::new, Collectors.toList()));
        if (byMeasure.isEmpty() && report.cofiring().isEmpty()) {
            return;
        }
        text.append('\n');
        byMeasure.forEach((measure, neighbours) -> line(
                text,
                measure.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                neighbours.stream()
                        .map(neighbour -> format("%d %+.2f", neighbour.latent(), neighbour.value()))
                        .toList()));
        line(
                text,
                "fires with",
                report.cofiring().stream()
                        .map(other -> format("%d on %,d", other.latent(), other.together()))
                        .toList());
    }

    private static void line(StringBuilder text, String name, List<String> entries) {
        if (!entries.isEmpty()) {
            text.append("  ").append(TextColumns.column(name, TOKEN));
            text.append(String.join("   ", entries.subList(0, Math.min(8, entries.size()))));
            text.append('\n');
        }
    }

    private static void example(StringBuilder text, Example example) {
        text.append(format("  %8.3f  ", example.peakValue()));
        text.append(TextColumns.inContext(example.tokens(), example.peak(), BEFORE, AFTER));
        text.append('\n');
    }

    private static void group(StringBuilder text, ExampleGroup group) {
        String kind = group.kind() == ExampleGroup.Kind.INTERVAL ? "interval" : "quantile";
        text.append(format(
                "\n  %s %.3f to %.3f: %s of the activations\n",
                kind, group.lower(), group.upper(), TextColumns.percent(group.share())));
        group.examples().forEach(example -> example(text, example));
    }

    private static void effects(StringBuilder text, ExampleEffects effects) {
        Table table = Table.of("")
                .words("next loss")
                .numbers("activation", "direct", "true")
                .words(format("  ablated, at token %d", effects.position()))
                .textLayout(2, 1, TOKEN, 10, 12, 12);
        for (TokenEffect effect : effects.tokens()) {
            if (effect.activation() > 0
                    || Math.abs(effect.directLossChange()) >= SMALL
                    || Math.abs(effect.lossChange()) >= SMALL) {
                table.row(
                        Cell.text(token(effect.token())),
                        Cell.number("%.3f", effect.activation()),
                        change(effect.directLossChange()),
                        change(effect.lossChange()),
                        Cell.EMPTY);
            }
        }
        text.append('\n').append(table.toText());
    }

    private static Cell change(double nats) {
        return Double.isNaN(nats) ? Cell.EMPTY : Cell.number("%+.4f", nats);
    }

    /** Draws one character for two bins to keep the line short. */
    private static String bars(Histogram histogram) {
        List<Long> counts = histogram.counts();
        long[] groups = new long[(counts.size() + 1) / 2];
        for (int i = 0; i < counts.size(); i++) {
            groups[i / 2] += counts.get(i);
        }
        long highest = 1;
        for (long count : groups) {
            highest = Math.max(highest, count);
        }
        StringBuilder bars = new StringBuilder();
        for (long count : groups) {
            bars.append(count == 0 ? ' ' : BARS.charAt((int) ((BARS.length() - 1) * count / highest)));
        }
        return bars.toString();
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** Adds the columns of {@link #cells} to a table. */
    static Table columns(Table table) {
        return table.numbers("feature", "density", "max", "mean");
    }

    /** The latent, its density, its largest and its mean activation. */
    static List<Cell> cells(FeatureSummary feature) {
        return new ArrayList<>(List.of(
                Cell.integer(feature.latent()),
                Cell.html(TextColumns.percent(feature.density()), Html.percent(feature.density())),
                activation(feature.maxActivation()),
                activation(feature.meanActivation())));
    }

    private static Cell activation(double value) {
        return Cell.html(format("%.3f", value), Html.number(value));
    }

    /** One line per feature below a line of headings. */
    static String table(List<FeatureSummary> features) {
        Table table = columns(Table.of("")).words("peaks on").textLayout(0, 2, WIDTHS);
        for (FeatureSummary feature : features) {
            List<Cell> cells = cells(feature);
            cells.add(Cell.tokens(feature.peakTokens()));
            table.row(cells);
        }
        return table.toText();
    }
}
