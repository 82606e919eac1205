package dev.assay.toy;

import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.HeatMapStyler;

/** The grid of {@link ToyExperiment} as a heat map: coefficients across, sizes up, the mean over seeds in each cell. */
public final class ToyHeatMap {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;

    private final ToyReport report;

    private ToyHeatMap(ToyReport report) {
        this.report = report;
    }

    /**
     * Creates the heat maps of a report.
     *
     * @param report of an experiment
     * @return the heat maps
     */
    public static ToyHeatMap of(ToyReport report) {
        return new ToyHeatMap(report);
    }

    /**
     * Draws the heat map of one figure.
     *
     * @param figure shown in the cells
     * @return the picture
     */
    public Picture picture(ToyFigure figure) {
        HeatMapChart chart = PictureStyle.heatMap(WIDTH, HEIGHT, figure.title(), "L1 coefficient λ", "latents");
        HeatMapStyler styler = chart.getStyler();
        styler.setShowValue(true);
        styler.setHeatMapValueDecimalPattern("0.000");
        chart.addSeries(figure.key(), names(report.coefficients()), names(report.sizes()), cells(figure));
        if (figure != ToyFigure.L0 && figure != ToyFigure.SECONDS) {
            styler.setMin(0);
            styler.setMax(1);
        }
        return Picture.of(chart, figure.title() + " by coefficient and number of latents");
    }

    /**
     * Writes the heat map of one figure.
     *
     * @param figure shown in the cells
     * @param file a PNG file
     * @throws IOException if it cannot be written
     */
    public void writePng(ToyFigure figure, Path file) throws IOException {
        picture(figure).writePng(file);
    }

    private static List<String> names(double[] numbers) {
        return Arrays.stream(numbers).mapToObj(ToyReport::plain).toList();
    }

    private static List<String> names(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(Integer::toString).toList();
    }

    /** {@return column, row and value of each cell} */
    private List<Number[]> cells(ToyFigure figure) {
        int columns = report.coefficients().length;
        List<Number[]> cells = new ArrayList<>();
        for (int i = 0; i < report.grid().size(); i++) {
            double mean = report.grid().get(i).mean(figure);
            if (!Double.isNaN(mean)) {
                cells.add(new Number[] {i % columns, i / columns, mean});
            }
        }
        return cells;
    }
}
