package dev.assay.feature.report;

import static dev.assay.view.Svg.format;
import static dev.assay.view.Svg.line;
import static dev.assay.view.Svg.text;

import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import dev.assay.view.Axis;
import dev.assay.view.ChartFrame;
import dev.assay.view.Html;
import java.util.List;

/** The histograms of one feature as inline SVG, one path each to keep a page with thousands of them small. */
final class FeatureCharts {
    private static final ChartFrame FRAME = new ChartFrame(420, 160, 2, 2, 18, 24);
    /** The shares of the marked quantiles. */
    private static final List<Double> MARKED = List.of(0.5, 0.9, 0.99);

    private FeatureCharts() {}

    /**
     * Draws the activations of one feature.
     *
     * @param histogram the activations above 0
     * @param quantiles the quantiles at {@link FeatureStats#SHARES}, or none
     */
    static String activations(Histogram histogram, List<Double> quantiles) {
        StringBuilder svg = FRAME.picture("activations", "Number of tokens by activation");
        Axis axis = axis(histogram);
        bars(svg, histogram);
        svg.append(FRAME.baseLine());
        double last = -100;
        for (double share : MARKED) {
            if (!quantiles.isEmpty()) {
                double quantile = quantiles.get(FeatureStats.SHARES.indexOf(share));
                double x = FRAME.x(axis.position(quantile));
                svg.append("<g class=\"mark\"><title>"
                        + Html.rounded(100 * share) + " % of the activations are at most " + Html.number(quantile)
                        + "</title>");
                svg.append(line("quantile", x, 14, x, FRAME.bottomLine()));
                if (x - last > 30) {
                    svg.append(text("tick middle", Math.min(x, FRAME.rightEnd() - 12), 10, percent(share)));
                    last = x;
                }
                svg.append("</g>");
            }
        }
        svg.append(text("tick start", FRAME.left(), FRAME.height() - 5, Html.rounded(histogram.start())));
        svg.append(text(
                "tick middle",
                FRAME.width() / 2,
                FRAME.height() - 5,
                Html.rounded((histogram.start() + histogram.end()) / 2)));
        svg.append(text("tick end", FRAME.rightEnd(), FRAME.height() - 5, Html.rounded(histogram.end())));
        return svg.append("</svg>").toString();
    }

    /** Draws the logit weights over the vocabulary, with a mark below the axis for each of the extreme tokens. */
    static String weights(Histogram histogram, List<TokenLogit> top, List<TokenLogit> bottom) {
        StringBuilder svg = FRAME.picture("weighing", "Number of tokens of the vocabulary by logit weight");
        bars(svg, histogram);
        svg.append(FRAME.baseLine());
        double zero = axis(histogram).position(0);
        if (zero > 0 && zero < 1) {
            svg.append(line("quantile", FRAME.x(zero), 14, FRAME.x(zero), FRAME.bottomLine()));
            svg.append(text("tick middle", FRAME.x(zero), 10, "0"));
        }
        rug(svg, "up", histogram, top);
        rug(svg, "down", histogram, bottom);
        svg.append(text("tick start", FRAME.left(), FRAME.height() - 5, FeatureCard.signed(histogram.start())));
        svg.append(text("tick end", FRAME.rightEnd(), FRAME.height() - 5, FeatureCard.signed(histogram.end())));
        return svg.append("</svg>").toString();
    }

    private static Axis axis(Histogram histogram) {
        return new Axis(histogram.start(), histogram.end(), false);
    }

    private static void rug(StringBuilder svg, String style, Histogram histogram, List<TokenLogit> logits) {
        svg.append("<path class=\"rug " + style + "\" d=\"");
        for (TokenLogit logit : logits) {
            double x = FRAME.x(axis(histogram).position(logit.logit()));
            svg.append('M')
                    .append(Math.round(x))
                    .append(' ')
                    .append((long) FRAME.bottomLine() + 1)
                    .append("v5");
        }
        svg.append("\"/>");
    }

    /** One thick stroke per bin, which needs fewer characters than a rectangle. */
    private static void bars(StringBuilder svg, Histogram histogram) {
        List<Long> counts = histogram.counts();
        long highest =
                Math.max(1, counts.stream().mapToLong(Long::longValue).max().orElse(1));
        double step = FRAME.plotWidth() / Math.max(1, counts.size());
        svg.append(format("<path class=\"bars\" stroke-width=\"%.1f\" d=\"", Math.max(0.6, step - 0.8)));
        for (int i = 0; i < counts.size(); i++) {
            if (counts.get(i) > 0) {
                // Formatted by hand for speed: a page has a million of these.
                long tenths = Math.round(10 * FRAME.x((i + 0.5) / counts.size()));
                long height = Math.max(1, Math.round(FRAME.plotHeight() * counts.get(i) / highest));
                svg.append('M')
                        .append(tenths / 10)
                        .append('.')
                        .append(tenths % 10)
                        .append(' ');
                svg.append((long) FRAME.bottomLine()).append("v-").append(height);
            }
        }
        svg.append("\"><title>The highest bin holds " + Html.count(highest) + "</title></path>");
    }

    private static String percent(double share) {
        return Html.rounded(100 * share) + " %";
    }
}
