package dev.assay.evaluate.sweep;

import dev.assay.io.AtomicFiles;
import dev.assay.view.Html;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The trade-off of a sweep: L0 against loss recovered (mean ablation), with one series per method and size. Points in the upper left are
 * better. Without a model, or if the loss recovered of a member is withheld, the plot shows explained variance for all members.
 */
public final class ParetoPlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 460;

    private final SweepTable table;
    private final String title;
    private final String quality;
    private final Function<SweepRow, Double> value;

    private ParetoPlot(SweepTable table, String title) {
        this.table = table;
        this.title = title;
        List<SweepRow> evaluated =
                table.rows().stream().filter(row -> row.l0() != null).toList();
        boolean inModel = !evaluated.isEmpty() && evaluated.stream().allMatch(row -> row.lossRecovered() != null);
        this.quality = inModel ? "loss recovered (mean ablation)" : "explained variance";
        this.value = inModel ? SweepRow::lossRecovered : SweepRow::explainedVariance;
    }

    /**
     * Creates the plot of a table.
     *
     * @param table a table with at least one evaluated row
     * @param title the title, such as the name of the sweep
     * @return the plot
     */
    public static ParetoPlot of(SweepTable table, String title) {
        return new ParetoPlot(table, title);
    }

    /**
     * Draws a mark per member and a line through the members on the Pareto front.
     *
     * @return the picture
     */
    public Picture picture() {
        XYChart chart = PictureStyle.chart(WIDTH, HEIGHT, title, "L0: active latents per token", quality);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        List<SweepRow> front = front();
        if (!front.isEmpty()) {
            XYSeries line = chart.addSeries("front", l0(front), values(front));
            line.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
            line.setMarker(SeriesMarkers.NONE);
            line.setLineColor(PictureStyle.FAINT);
            line.setLineWidth(1.4f);
        }
        int number = 0;
        for (Map.Entry<String, List<SweepRow>> member : series().entrySet()) {
            XYSeries marks = chart.addSeries(member.getKey(), l0(member.getValue()), values(member.getValue()));
            marks.setMarkerColor(PictureStyle.series(number));
            marks.setMarker(PictureStyle.marker(number++));
        }
        return Picture.of(chart, title + ": L0 against " + quality);
    }

    private static double[] l0(List<SweepRow> rows) {
        return rows.stream().mapToDouble(SweepRow::l0).toArray();
    }

    private double[] values(List<SweepRow> rows) {
        return rows.stream().mapToDouble(value::apply).toArray();
    }

    /** {@return the members on the Pareto front, sorted by L0} */
    List<SweepRow> front() {
        List<SweepRow> front = new ArrayList<>();
        plotted()
                .sorted(Comparator.comparing(SweepRow::l0).thenComparing(value, Comparator.reverseOrder()))
                .forEach(row -> {
                    if (front.isEmpty() || value.apply(row) > value.apply(front.get(front.size() - 1))) {
                        front.add(row);
                    }
                });
        return front;
    }

    private Stream<SweepRow> plotted() {
        return table.rows().stream().filter(row -> row.l0() != null && value.apply(row) != null);
    }

    /**
     * Writes the picture.
     *
     * @param file a PNG file
     * @throws IOException if it cannot be written
     */
    public void writePng(Path file) throws IOException {
        picture().writePng(file);
    }

    /**
     * Writes a self-contained page with the picture and the table.
     *
     * @param file an HTML file
     * @throws IOException if it cannot be written
     */
    public void writeHtml(Path file) throws IOException {
        String heading = Html.escape(title);
        AtomicFiles.writeString(file, """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <title>%s</title>
                <style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:960px}img{max-width:100%%}</style>
                <h1>%s</h1>
                %s
                %s
                </html>
                """.formatted(heading, heading, picture().toHtml(), table.toHtml()));
    }

    /** {@return the evaluated rows by method and dictionary size} */
    Map<String, List<SweepRow>> series() {
        return plotted()
                .collect(Collectors.groupingBy(
                        row -> row.method() + " " + Html.count(row.dSae()), TreeMap::new, Collectors.toList()));
    }
}
