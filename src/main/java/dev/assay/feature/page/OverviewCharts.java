package dev.assay.feature.page;

import static dev.assay.view.Svg.format;
import static dev.assay.view.Svg.line;
import static dev.assay.view.Svg.text;

import dev.assay.view.ChartAxis;
import dev.assay.view.ChartFrame;
import dev.assay.view.Html;
import java.math.BigDecimal;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/** Distributions over all features as inline SVG. Each bar and each dot carries its range, by which the page's script filters. */
final class OverviewCharts {
    private static final int BINS = 48;
    private static final int DOT_COLUMNS = 50;
    private static final int DOT_ROWS = 26;

    private OverviewCharts() {}

    /** The number of features by density; those of 0 have no place on the axis and are left out. */
    static String densities(double[] densities) {
        return columns(
                "density",
                "density: share of tokens, log scale",
                ChartAxis.ofShares(densities),
                densities,
                Html::percent);
    }

    /** The number of live features by largest activation. */
    static String maxima(double[] maxima) {
        return columns("max", "largest activation, log scale", ChartAxis.over(maxima, BINS), maxima, Html::number);
    }

    /** The number of features by the kurtosis of their logit weights. */
    static String kurtoses(double[] kurtoses) {
        return columns(
                "kurtosis",
                "kurtosis of the logit weights, log scale; 3 for a Gaussian",
                ChartAxis.over(kurtoses, BINS),
                kurtoses,
                Html::number);
    }

    private static String columns(
            String key, String label, ChartAxis axis, double[] values, DoubleFunction<String> shown) {
        int[] counts = axis.counts(values);
        ChartFrame frame = new ChartFrame(560, 230, 40, 14, 8, 36);
        int highest = Math.max(1, IntStream.of(counts).max().orElse(1));
        double step = frame.plotWidth() / counts.length;
        StringBuilder svg = frame.group("columns " + key, "Number of features by " + label);
        for (int tick : ticks(highest)) {
            double y = frame.y((double) tick / highest);
            svg.append(line("grid", frame.left(), y, frame.rightEnd(), y));
            svg.append(text("tick end", frame.left() - 7, y + 4, Html.count(tick)));
        }
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                double y = Math.min(frame.y((double) counts[i] / highest), frame.bottomLine() - 1);
                svg.append("<g class=\"pick\"" + range(key, axis, i) + "><title>" + features(counts[i]) + ", " + key
                        + " " + shown.apply(axis.edge(i)) + " to " + shown.apply(axis.edge(i + 1)) + "</title>");
                svg.append(format(
                        "<rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                        frame.left() + i * step, frame.top(), step, frame.plotHeight()));
                svg.append(format(
                        "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></g>",
                        frame.left() + i * step + 0.5, y, step - 1, frame.bottomLine() - y));
            }
        }
        bottom(svg, frame, axis, "density".equals(key), label);
        return svg.append("</svg>").toString();
    }

    /** Density against largest activation: a dot a cell, its area in proportion to the features in it. */
    static String densityByMaximum(double[] densities, double[] maxima) {
        ChartAxis whole = ChartAxis.ofShares(densities);
        ChartAxis across = new ChartAxis(whole.low(), whole.high(), DOT_COLUMNS);
        ChartAxis up = ChartAxis.over(maxima, DOT_ROWS);
        int[][] counts = new int[DOT_COLUMNS][DOT_ROWS];
        int highest = 1;
        for (int i = 0; i < densities.length; i++) {
            if (densities[i] > 0) {
                int column = across.bin(densities[i]);
                int row = up.bin(maxima[i]);
                highest = Math.max(highest, ++counts[column][row]);
            }
        }
        ChartFrame frame = new ChartFrame(560, 230, 40, 14, 8, 36);
        StringBuilder svg = frame.group("dots", "Number of features by density and largest activation");
        for (ChartAxis.Tick tick : up.ticks()) {
            double y = frame.y(tick.place());
            svg.append(line("grid", frame.left(), y, frame.rightEnd(), y));
            svg.append(text("tick end", frame.left() - 7, y + 4, tick.text()));
        }
        for (int column = 0; column < DOT_COLUMNS; column++) {
            for (int row = 0; row < DOT_ROWS; row++) {
                if (counts[column][row] > 0) {
                    svg.append("<g class=\"pick\"" + range("density", across, column) + range("max", up, row) + ">");
                    svg.append(
                            "<title>" + features(counts[column][row]) + ", density " + Html.percent(across.edge(column))
                                    + " to " + Html.percent(across.edge(column + 1)) + ", largest activation "
                                    + Html.number(up.edge(row)) + " to " + Html.number(up.edge(row + 1)) + "</title>");
                    // The smallest dot can still be seen and hit.
                    svg.append(format(
                            "<circle class=\"bar\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.2f\"/></g>",
                            frame.x((column + 0.5) / DOT_COLUMNS),
                            frame.y((row + 0.5) / DOT_ROWS),
                            1.1 + 3.7 * Math.sqrt((double) counts[column][row] / highest)));
                }
            }
        }
        bottom(svg, frame, across, true, "density: share of tokens, log scale");
        return svg.append("</svg>").toString();
    }

    private static void bottom(StringBuilder svg, ChartFrame frame, ChartAxis axis, boolean percent, String label) {
        svg.append(frame.baseLine());
        for (ChartAxis.Tick tick : percent ? axis.ticks(OverviewCharts::percent) : axis.ticks()) {
            double x = frame.x(tick.place());
            svg.append(line("axis", x, frame.bottomLine(), x, frame.bottomLine() + 4));
            svg.append(text("tick middle", x, frame.bottomLine() + 16, tick.text()));
        }
        svg.append(text("label middle", frame.left() + frame.plotWidth() / 2, frame.height() - 3, label));
    }

    private static String range(String key, ChartAxis axis, int bin) {
        return format(" data-%s=\"%.4g %.4g\"", key, axis.edge(bin), axis.edge(bin + 1));
    }

    private static String features(int count) {
        return Html.count(count) + (count == 1 ? " feature" : " features");
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

    private static String percent(double share) {
        return BigDecimal.ONE
                        .scaleByPowerOfTen((int) Math.round(Math.log10(share)) + 2)
                        .toPlainString() + " %";
    }
}
