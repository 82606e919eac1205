package dev.assay.feature;

import static dev.assay.Svg.format;
import static dev.assay.Svg.line;
import static dev.assay.Svg.text;

import dev.assay.Html;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;

/** Histograms as inline SVG, coloured by the page's style sheet. */
final class Charts {
    private Charts() {}

    /**
     * The number of features by the decimal logarithm of their density.
     *
     * @param densities the densities of all features; those of 0 have no place on the axis and are left out
     */
    static String densities(double[] densities) {
        DensityScale scale = DensityScale.of(densities);
        int[] counts = scale.counts(densities);
        Frame frame = new Frame(560, 236, 40, 14, 8, 36);
        int highest = Math.max(1, IntStream.of(counts).max().orElse(1));
        double step = frame.plotWidth() / counts.length;
        StringBuilder svg = frame.open("chart densities", "Number of features by density, on a logarithmic axis");
        for (int tick : ticks(highest)) {
            double y = frame.y((double) tick / highest);
            svg.append(line("grid", frame.left, y, frame.width - frame.right, y));
            svg.append(text("tick end", frame.left - 7, y + 4, Html.count(tick)));
        }
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                double y = frame.y((double) counts[i] / highest);
                svg.append(format(
                        "<rect class=\"bar\" data-low=\"%.4g\" data-high=\"%.4g\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
                        scale.edge(i),
                        scale.edge(i + 1),
                        frame.left + i * step + 0.5,
                        y,
                        step - 1,
                        frame.bottomLine() - y));
                svg.append("<title>")
                        .append(Html.count(counts[i]))
                        .append(counts[i] == 1 ? " feature, density " : " features, density ")
                        .append(Html.percent(scale.edge(i)))
                        .append(" to ")
                        .append(Html.percent(scale.edge(i + 1)))
                        .append("</title></rect>");
            }
        }
        svg.append(line("axis", frame.left, frame.bottomLine(), frame.width - frame.right, frame.bottomLine()));
        for (int decade = scale.low; decade <= 0; decade++) {
            double x = frame.left + (decade - scale.low) * DensityScale.BINS_PER_DECADE * step;
            svg.append(line("axis", x, frame.bottomLine(), x, frame.bottomLine() + 4));
            svg.append(text("tick middle", x, frame.bottomLine() + 16, percentOfDecade(decade)));
        }
        svg.append(text(
                "label middle",
                frame.left + frame.plotWidth() / 2,
                frame.height - 3,
                "density: share of tokens, log scale"));
        return svg.append("</svg>").toString();
    }

    /** The activations of one feature: one path, so that a page of thousands stays small. */
    static String activations(Histogram histogram) {
        Frame frame = new Frame(340, 150, 2, 2, 6, 20);
        List<Long> counts = histogram.counts();
        long highest =
                Math.max(1, counts.stream().mapToLong(Long::longValue).max().orElse(1));
        double step = frame.plotWidth() / Math.max(1, counts.size());
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < counts.size(); i++) {
            if (counts.get(i) > 0) {
                double top = Math.min(frame.y((double) counts.get(i) / highest), frame.bottomLine() - 1.2);
                path.append(format(
                        "M%.1f %.1fV%.1fh%.1fV%.1fz",
                        frame.left + i * step, frame.bottomLine(), top, Math.max(0.6, step - 0.7), frame.bottomLine()));
            }
        }
        return frame.open("chart activations", "Number of tokens by activation")
                .append("<path class=\"hot\" d=\"")
                .append(path)
                .append("\"/>")
                .append(line("axis", frame.left, frame.bottomLine(), frame.width - frame.right, frame.bottomLine()))
                .append(text("tick start", frame.left, frame.height - 5, "0"))
                .append(text("tick middle", frame.width / 2, frame.height - 5, Html.rounded(histogram.end() / 2)))
                .append(text("tick end", frame.width - frame.right, frame.height - 5, Html.rounded(histogram.end())))
                .append("</svg>")
                .toString();
    }

    /** Two to four round numbers up to the highest. */
    private static int[] ticks(int highest) {
        int step = 1;
        for (int i = 0; highest / step > 4; i++) {
            step = (int) (new int[] {2, 5, 10}[i % 3] * Math.pow(10, i / 3));
        }
        int width = step;
        return IntStream.rangeClosed(1, highest / width).map(i -> i * width).toArray();
    }

    private static String percentOfDecade(int decade) {
        return BigDecimal.ONE.scaleByPowerOfTen(decade + 2).toPlainString() + " %";
    }

    /** A drawing area with its margins, in the units of the view box. */
    private record Frame(double width, double height, double left, double right, double top, double bottom) {
        double plotWidth() {
            return width - left - right;
        }

        double bottomLine() {
            return height - bottom;
        }

        /** The height of a share of the highest bar. */
        double y(double share) {
            return bottomLine() - share * (height - top - bottom);
        }

        StringBuilder open(String style, String title) {
            return new StringBuilder(format(
                    "<svg class=\"%s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">",
                    style, width, height, title));
        }
    }

    /** Equal bins of the decimal logarithm, from a whole decade below the smallest density up to 1. */
    private record DensityScale(int low) {
        static final int BINS_PER_DECADE = 10;

        static DensityScale of(double[] densities) {
            int low = -3;
            for (double density : densities) {
                if (density > 0) {
                    low = Math.min(low, (int) Math.floor(Math.log10(density)));
                }
            }
            return new DensityScale(low);
        }

        int[] counts(double[] densities) {
            int[] counts = new int[-low * BINS_PER_DECADE];
            for (double density : densities) {
                if (density > 0) {
                    int bin = (int) Math.floor((Math.log10(density) - low) * BINS_PER_DECADE);
                    counts[Math.min(bin, counts.length - 1)]++;
                }
            }
            return counts;
        }

        double edge(int bin) {
            return Math.pow(10, low + (double) bin / BINS_PER_DECADE);
        }
    }
}
