package dev.assay.feature;

import java.util.List;
import java.util.Locale;

/** A feature as text for a terminal or a log: aligned columns, the peak of each example in brackets and below each other. */
final class FeatureText {
    private static final int BEFORE = 56;
    private static final int AFTER = 40;
    private static final int TOKEN = 16;
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private FeatureText() {}

    static String of(FeatureReport report) {
        StringBuilder text = new StringBuilder();
        text.append("Feature ").append(report.latent());
        if (report.isDead()) {
            text.append("   dead: no token of the corpus activates it\n");
        } else {
            text.append("   density ").append(percent(report.density()));
            text.append(String.format(Locale.ROOT, "   active on %,d tokens", report.activeTokens()));
            text.append(String.format(
                    Locale.ROOT, "   max %.3f   mean %.3f\n\n", report.maxActivation(), report.meanActivation()));
            text.append("  0 ").append(bars(report.histogram())).append(' ');
            text.append(String.format(
                    Locale.ROOT,
                    "%.1f   activations above 0\n",
                    report.histogram().end()));
        }
        logits(text, report);
        if (!report.topExamples().isEmpty()) {
            text.append('\n');
            report.topExamples().forEach(example -> example(text, example));
        }
        return text.toString();
    }

    private static void logits(StringBuilder text, FeatureReport report) {
        if (report.topLogits().isEmpty()) {
            return;
        }
        text.append(String.format("\n  %-" + (TOKEN + 14) + "s%s\n", "makes more likely", "makes less likely"));
        for (int i = 0; i < report.topLogits().size(); i++) {
            text.append("  ").append(logit(report.topLogits().get(i))).append("      ");
            text.append(logit(report.bottomLogits().get(i))).append('\n');
        }
    }

    private static String logit(TokenLogit logit) {
        String token = visible(logit.token());
        // A code point a column: exact for most scripts, near enough for the others.
        int missing = TOKEN - token.codePointCount(0, token.length());
        return token + " ".repeat(Math.max(0, missing)) + String.format(Locale.ROOT, "%+8.3f", logit.logit());
    }

    private static void example(StringBuilder text, Example example) {
        List<String> tokens = example.tokens();
        String before = visible(String.join("", tokens.subList(0, example.peak())));
        String peak = visible(tokens.get(example.peak()));
        String after = visible(String.join("", tokens.subList(example.peak() + 1, tokens.size())));
        // The space before a word stands outside the brackets.
        int word = peak.length() - peak.stripLeading().length();
        before += peak.substring(0, word);
        text.append(String.format(Locale.ROOT, "  %8.3f  ", example.peakValue()));
        text.append(lastColumns(before, BEFORE))
                .append('[')
                .append(peak.substring(word))
                .append(']');
        text.append(firstColumns(after, AFTER)).append('\n');
    }

    private static String lastColumns(String text, int columns) {
        int length = text.codePointCount(0, text.length());
        return length > columns
                ? "…" + text.substring(text.offsetByCodePoints(0, length - columns + 1))
                : " ".repeat(columns - length) + text;
    }

    private static String firstColumns(String text, int columns) {
        int length = text.codePointCount(0, text.length());
        return length > columns ? text.substring(0, text.offsetByCodePoints(0, columns - 1)) + "…" : text;
    }

    /** One sign for two bins, so that the line stays short. */
    private static String bars(Histogram histogram) {
        List<Long> counts = histogram.counts();
        long[] pairs = new long[(counts.size() + 1) / 2];
        for (int i = 0; i < counts.size(); i++) {
            pairs[i / 2] += counts.get(i);
        }
        long highest = 1;
        for (long count : pairs) {
            highest = Math.max(highest, count);
        }
        StringBuilder bars = new StringBuilder();
        for (long count : pairs) {
            bars.append(count == 0 ? ' ' : BARS.charAt((int) ((BARS.length() - 1) * count / highest)));
        }
        return bars.toString();
    }

    /** Text in one line: what would move the cursor, or colour the terminal, becomes a visible sign. */
    static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            visible.append(
                    switch (c) {
                        case '\n' -> '↵';
                        case '\r' -> '␍';
                        case '\t' -> '⇥';
                        default -> Character.isISOControl(c) ? '\uFFFD' : c;
                    });
        }
        return visible.toString();
    }

    /** All features that were given, in one line each. */
    static String table(List<FeatureSummary> features) {
        StringBuilder text = new StringBuilder(
                String.format("%8s  %10s  %9s  %9s  %s\n", "feature", "density", "max", "mean", "peaks on"));
        for (FeatureSummary feature : features) {
            text.append(String.format(
                    Locale.ROOT,
                    "%8d  %10s  %9.3f  %9.3f ",
                    feature.latent(),
                    percent(feature.density()),
                    feature.maxActivation(),
                    feature.meanActivation()));
            feature.peakTokens()
                    .forEach(token -> text.append(" [").append(visible(token)).append(']'));
            text.append('\n');
        }
        return text.toString();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share >= 0.001 ? "%.2f %%" : "%.4f %%", 100 * share);
    }
}
