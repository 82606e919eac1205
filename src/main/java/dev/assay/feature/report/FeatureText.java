package dev.assay.feature.report;

import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import dev.assay.view.PlainText;
import dev.assay.view.TextColumns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A feature as text for a terminal or a log: aligned columns, the peak of each example in brackets and below each other. */
final class FeatureText {
    private static final int BEFORE = 56;
    private static final int AFTER = 40;
    private static final int TOKEN = 16;
    /** An effect of less than this many nats is not worth a line. */
    private static final double SMALL = 0.0005;

    private static final String BARS = "▁▂▃▄▅▆▇█";

    private FeatureText() {}

    static String of(FeatureReport report) {
        StringBuilder text = new StringBuilder();
        text.append("Feature ").append(report.latent());
        if (!report.labels().isEmpty()) {
            text.append("   ").append(PlainText.visible(String.join(", ", report.labels())));
        }
        if (report.isDead()) {
            text.append("   dead: no token of the corpus activates it\n");
        } else {
            numbers(text, report);
        }
        logits(text, report);
        alike(text, report);
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

    private static void logits(StringBuilder text, FeatureReport report) {
        if (report.topLogits().isEmpty()) {
            return;
        }
        text.append(format("\n  %-" + (TOKEN + 14) + "s%s\n", "makes more likely", "makes less likely"));
        for (int i = 0; i < report.topLogits().size(); i++) {
            text.append("  ").append(logit(report.topLogits().get(i))).append("      ");
            text.append(logit(report.bottomLogits().get(i))).append('\n');
        }
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

    private static String logit(TokenLogit logit) {
        return TextColumns.column(PlainText.visible(logit.token()), TOKEN) + format("%+8.3f", logit.logit());
    }

    private static void alike(StringBuilder text, FeatureReport report) {
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
        text.append(format(
                "\n  %-" + TOKEN + "s%11s  %11s  %11s   ablated, at token %d\n",
                "next loss",
                "activation",
                "direct",
                "true",
                effects.position()));
        for (TokenEffect effect : effects.tokens()) {
            if (effect.activation() > 0
                    || Math.abs(effect.directLossChange()) >= SMALL
                    || Math.abs(effect.lossChange()) >= SMALL) {
                text.append("  ").append(TextColumns.column(PlainText.visible(effect.token()), TOKEN));
                text.append(format("%11.3f", effect.activation()));
                text.append("  ").append(change(effect.directLossChange()));
                text.append("  ").append(change(effect.lossChange())).append('\n');
            }
        }
    }

    private static String change(double nats) {
        return Double.isNaN(nats) ? format("%11s", "") : format("%+11.4f", nats);
    }

    /** One sign for two bins, so that the line stays short. */
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

    /** All features that were given, in one line each. */
    static String table(List<FeatureSummary> features) {
        StringBuilder text =
                new StringBuilder(format("%8s  %10s  %9s  %9s  %s\n", "feature", "density", "max", "mean", "peaks on"));
        for (FeatureSummary feature : features) {
            text.append(format(
                    "%8d  %10s  %9.3f  %9.3f  %s\n",
                    feature.latent(),
                    TextColumns.percent(feature.density()),
                    feature.maxActivation(),
                    feature.meanActivation(),
                    TextColumns.bracketed(feature.peakTokens())));
        }
        return text.toString();
    }
}
