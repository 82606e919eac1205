package dev.assay.train.metrics;

import dev.assay.InvalidInputException;
import dev.assay.view.Curve;
import dev.assay.view.CurveChart;
import dev.assay.view.CurveChart.Range;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Plots the metrics of runs over their steps: one panel per metric, one line per run.
 *
 * <pre>{@code
 * TrainingCurves.of(Path.of("runs/a"), Path.of("runs/b")).picture().writePng(Path.of("curves.png"));
 * }</pre>
 *
 * <p>A line has at most {@value Curve#MOST_POINTS} points, each the mean of equally many steps.
 */
public final class TrainingCurves {
    /** The file of a run's folder that holds its metrics. */
    private static final String LOG = "metrics.jsonl";

    private static final Map<String, String> USUAL = new LinkedHashMap<>();

    static {
        USUAL.put("losses/mse_loss", "Mean squared error");
        USUAL.put("metrics/explained_variance", "Explained variance");
        USUAL.put("metrics/l0", "Active latents per token (L0)");
        USUAL.put("sparsity/dead_features", "Dead latents");
    }

    private static final float LINE_WIDTH = 1.8f;
    private static final int COLUMNS = 2;

    private final Map<String, Map<String, Curve>> runs; // by run, then by metric
    private List<String> metrics;

    private TrainingCurves(Map<String, Map<String, Curve>> runs) {
        this.runs = runs;
        this.metrics = USUAL.keySet().stream().filter(known()::contains).toList();
        if (metrics.isEmpty()) {
            metrics = known().stream().limit(USUAL.size()).toList();
        }
    }

    /**
     * Reads the metrics of runs.
     *
     * @param runs folders of runs, or metrics files, at least one
     * @return the curves
     * @throws IOException if reading fails
     * @throws InvalidInputException if a run has no metrics
     */
    public static TrainingCurves of(Path... runs) throws IOException {
        Map<String, Map<String, Curve>> read = new LinkedHashMap<>();
        for (Path run : runs) {
            Path log = Files.isDirectory(run) ? run.resolve(LOG) : run;
            if (!Files.exists(log)) {
                throw new InvalidInputException(run + " has no " + LOG + ", expected the folder of a run");
            }
            Map<String, Curve> curves = new LinkedHashMap<>();
            MetricsLog.replay(
                    log,
                    Long.MAX_VALUE - 1,
                    (step, values) -> values.forEach((name, value) ->
                            curves.computeIfAbsent(name, unknown -> new Curve()).add(step, value.doubleValue())));
            curves.values().removeIf(curve -> curve.points().isEmpty());
            if (curves.isEmpty()) {
                throw new InvalidInputException(log + " holds no metrics, expected one line of JSON per logged step");
            }
            read.put(name(log, read.keySet()), curves);
        }
        return new TrainingCurves(read);
    }

    /** The name of a run: that of its folder, or the whole path where two folders have the same name. */
    private static String name(Path log, Set<String> taken) {
        Path folder = log.toAbsolutePath().normalize().getParent();
        String name = "" + folder.getFileName();
        return taken.contains(name) ? log.toString() : name;
    }

    /**
     * Sets the metrics to draw, one panel each. Default: squared error, explained variance, L0 and dead latents, as far as the runs
     * have them.
     *
     * @param names names of metrics as in the file, such as {@code metrics/l0}; at least one
     * @return this
     * @throws InvalidInputException if no run has a metric of that name
     */
    public TrainingCurves metrics(String... names) {
        for (String name : names) {
            if (!known().contains(name)) {
                throw new InvalidInputException(
                        "no run has the metric \"" + name + "\", expected one of " + String.join(", ", known()));
            }
        }
        metrics = List.of(names);
        return this;
    }

    private Set<String> known() {
        Set<String> names = new TreeSet<>();
        runs.values().forEach(run -> names.addAll(run.keySet()));
        return names;
    }

    /**
     * Draws the curves.
     *
     * @return the picture
     */
    public Picture picture() {
        List<XYChart> panels = new ArrayList<>();
        metrics.forEach(metric -> panels.add(panel(metric)));
        List<String> names = List.copyOf(runs.keySet());
        return Picture.of(
                panels,
                COLUMNS,
                names.size() == 1 ? List.of() : names,
                "Training curves of " + String.join(", ", names) + ": " + String.join(", ", metrics));
    }

    private XYChart panel(String metric) {
        XYChart chart = PictureStyle.chart(440, 280, USUAL.getOrDefault(metric, metric), "step", "");
        chart.getStyler().setLegendVisible(false);
        List<Curve.Point> all = new ArrayList<>();
        runs.values().stream()
                .filter(run -> run.containsKey(metric))
                .forEach(run -> all.addAll(run.get(metric).points()));
        Range range = ChartGroup.of(metric).map(ChartGroup::range).orElse(Range.ANY);
        boolean logarithmic = CurveChart.spansDecades(all, range);
        int number = 0;
        for (Map.Entry<String, Map<String, Curve>> run : runs.entrySet()) {
            Curve curve = run.getValue().get(metric);
            if (curve != null) {
                XYSeries line = draw(chart, run.getKey(), curve, logarithmic);
                line.setLineColor(PictureStyle.series(number));
                line.setLineStyle(PictureStyle.stroke(number, LINE_WIDTH));
            }
            number++;
        }
        scale(chart, all, range, logarithmic);
        return chart;
    }

    private static XYSeries draw(XYChart chart, String name, Curve curve, boolean logarithmic) {
        List<Curve.Point> points = curve.points().stream()
                .filter(point -> !logarithmic || point.mean() > 0)
                .toList();
        XYSeries line = chart.addSeries(
                name,
                points.stream().mapToDouble(Curve.Point::step).toArray(),
                points.stream().mapToDouble(Curve.Point::mean).toArray());
        line.setMarker(points.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        return line;
    }

    private static void scale(XYChart chart, List<Curve.Point> points, Range range, boolean logarithmic) {
        double low = points.stream().mapToDouble(Curve.Point::mean).min().orElse(0);
        double high = points.stream().mapToDouble(Curve.Point::mean).max().orElse(1);
        PictureStyle.across(
                chart, 0, points.stream().mapToDouble(Curve.Point::step).max().orElse(1));
        if (logarithmic) {
            PictureStyle.decadesUpwards(chart, CurveChart.smallestAboveZero(points), high);
        } else if (range == Range.SHARE) {
            PictureStyle.upwards(chart, Math.max(0, Math.min(low, 1)), Math.max(high, low + 0.01));
        } else {
            double bottom = range == Range.ANY ? low : Math.min(0, low);
            PictureStyle.upwards(chart, bottom, high > bottom ? high : bottom + 1);
        }
    }
}
