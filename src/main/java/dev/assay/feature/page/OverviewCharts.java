package dev.assay.feature.page;

import static dev.assay.view.Svg.format;

import dev.assay.view.Axis;
import dev.assay.view.AxisBins;
import dev.assay.view.ChartFrame;
import dev.assay.view.Html;
import java.math.BigDecimal;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/** Distributions over all features as inline SVG. Each bar and each dot carries its range, with which the page's script filters. */
final class OverviewCharts {
    private static final int BINS = 48;
    private static final int DOT_COLUMNS = 50;
    private static final int DOT_ROWS = 26;
    private static final int BINS_PER_DECADE = 10;
    private static final int MOST_COUNT_TICKS = 4;
    /** All decades are marked: a dictionary spans fewer. */
    private static final int LOGARITHMIC_INTERVALS = 12;

    private static final ChartFrame FRAME = new ChartFrame(560, 230, 40, 14, 8, 36);

    private OverviewCharts() {}

    /** Draws the number of live features by density. Dead ones have no position on a logarithmic axis. */
    static String densities(double[] densities) {
        return columns("density", "density: share of tokens, log scale", shares(densities), densities, Html::percent);
    }

    /** Draws the number of live features by largest activation. */
    static String maxima(double[] maxima) {
        return columns("max", "largest activation, log scale", bins(maxima, BINS), maxima, Html::number);
    }

    /** Draws the number of features by the kurtosis of their logit weights. */
    static String kurtoses(double[] kurtoses) {
        return columns(
                "kurtosis",
                "kurtosis of the logit weights, log scale; 3 for a Gaussian",
                bins(kurtoses, BINS),
                kurtoses,
                Html::number);
    }

    private static String columns(
            String key, String label, AxisBins axis, double[] values, DoubleFunction<String> shown) {
        int[] counts = axis.counts(values);
        int highest = Math.max(1, IntStream.of(counts).max().orElse(1));
        double step = FRAME.plotWidth() / counts.length;
        StringBuilder svg = FRAME.group("columns " + key, "Number of features by " + label);
        svg.append(FRAME.verticalTicks(
                new Axis(0, highest, false),
                Axis.countTicks(highest, MOST_COUNT_TICKS),
                tick -> Html.count(Math.round(tick))));
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                double y = Math.min(FRAME.y((double) counts[i] / highest), FRAME.bottomLine() - 1);
                svg.append("<g class=\"pick\"" + range(key, axis, i) + "><title>" + features(counts[i]) + ", " + key
                        + " " + shown.apply(axis.edge(i)) + " to " + shown.apply(axis.edge(i + 1)) + "</title>");
                svg.append(format(
                        "<rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                        FRAME.left() + i * step, FRAME.top(), step, FRAME.plotHeight()));
                svg.append(format(
                        "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></g>",
                        FRAME.left() + i * step + 0.5, y, step - 1, FRAME.bottomLine() - y));
            }
        }
        svg.append(bottom(axis, "density".equals(key), label));
        return svg.append("</svg>").toString();
    }

    /** Draws density against largest activation: one dot per cell, with an area proportional to the features in it. */
    static String densityByMaximum(double[] densities, double[] maxima) {
        AxisBins across = new AxisBins(Axis.ofShares(densities), DOT_COLUMNS);
        AxisBins up = bins(maxima, DOT_ROWS);
        int[][] counts = new int[DOT_COLUMNS][DOT_ROWS];
        int highest = 1;
        for (int i = 0; i < densities.length; i++) {
            if (densities[i] > 0) {
                int column = across.bin(densities[i]);
                int row = up.bin(maxima[i]);
                highest = Math.max(highest, ++counts[column][row]);
            }
        }
        StringBuilder svg = FRAME.group("dots", "Number of features by density and largest activation");
        svg.append(FRAME.verticalTicks(up.axis(), up.axis().ticks(LOGARITHMIC_INTERVALS), Html::rounded));
        for (int column = 0; column < DOT_COLUMNS; column++) {
            for (int row = 0; row < DOT_ROWS; row++) {
                if (counts[column][row] > 0) {
                    svg.append("<g class=\"pick\"" + range("density", across, column) + range("max", up, row) + ">");
                    svg.append(
                            "<title>" + features(counts[column][row]) + ", density " + Html.percent(across.edge(column))
                                    + " to " + Html.percent(across.edge(column + 1)) + ", largest activation "
                                    + Html.number(up.edge(row)) + " to " + Html.number(up.edge(row + 1)) + "</title>");
                    // Even the smallest dot can be seen and clicked.
                    svg.append(format(
                            "<circle class=\"bar\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.2f\"/></g>",
                            FRAME.x((column + 0.5) / DOT_COLUMNS),
                            FRAME.y((row + 0.5) / DOT_ROWS),
                            1.1 + 3.7 * Math.sqrt((double) counts[column][row] / highest)));
                }
            }
        }
        svg.append(bottom(across, true, "density: share of tokens, log scale"));
        return svg.append("</svg>").toString();
    }

    private static AxisBins shares(double[] values) {
        Axis axis = Axis.ofShares(values);
        return new AxisBins(axis, BINS_PER_DECADE * (int) Math.round(axis.decades()));
    }

    private static AxisBins bins(double[] values, int count) {
        return new AxisBins(Axis.roundLogarithmic(values), count);
    }

    private static String bottom(AxisBins bins, boolean percent, String label) {
        DoubleFunction<String> tick = percent ? OverviewCharts::percent : Html::rounded;
        return FRAME.horizontalTicks(bins.axis(), bins.axis().ticks(LOGARITHMIC_INTERVALS), tick)
                + FRAME.horizontalLabel(label);
    }

    private static String range(String key, AxisBins axis, int bin) {
        return format(" data-%s=\"%.4g %.4g\"", key, axis.edge(bin), axis.edge(bin + 1));
    }

    private static String features(int count) {
        return Html.count(count) + (count == 1 ? " feature" : " features");
    }

    private static String percent(double share) {
        return BigDecimal.ONE
                        .scaleByPowerOfTen((int) Math.round(Math.log10(share)) + 2)
                        .toPlainString() + " %";
    }
}
