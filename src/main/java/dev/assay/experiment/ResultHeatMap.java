package dev.assay.experiment;

import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.HeatMapStyler;

/**
 * A map of numbers over two categories.
 *
 * @param title of the picture
 * @param x the title of the horizontal axis
 * @param y the title of the vertical axis
 * @param columns the names along the horizontal axis
 * @param rows the names along the vertical axis, from below
 * @param cells [rows][columns]; NaN for an empty cell
 */
public record ResultHeatMap(
        String title, String x, String y, List<String> columns, List<String> rows, double[][] cells) {
    private static final int CELL_WIDTH = 62;
    private static final int CELL_HEIGHT = 44;
    private static final int MARGIN = 260;
    private static final int SMALLEST = 620;
    private static final int DECIMALS_FIT = 14;

    /** Checks the number of cells. */
    public ResultHeatMap {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        if (cells.length != rows.size()) {
            throw new IllegalArgumentException(cells.length + " rows of cells for " + rows.size() + " names");
        }
        for (double[] row : cells) {
            if (row.length != columns.size()) {
                throw new IllegalArgumentException(row.length + " cells for " + columns.size() + " columns");
            }
        }
    }

    /**
     * Draws the map with the number in each cell.
     *
     * @return the picture; shades between the smallest and the largest number
     */
    public Picture picture() {
        return draw(heatMap());
    }

    /**
     * Draws the map with the number in each cell.
     *
     * @param low the number of the lightest shade
     * @param high the number of the darkest shade
     * @return the picture
     */
    public Picture picture(double low, double high) {
        HeatMapChart chart = heatMap();
        chart.getStyler().setMin(low);
        chart.getStyler().setMax(high);
        return draw(chart);
    }

    private HeatMapChart heatMap() {
        int width = Math.max(SMALLEST, MARGIN + CELL_WIDTH * columns.size());
        int height = MARGIN / 2 + Math.max(4, rows.size()) * CELL_HEIGHT;
        return PictureStyle.heatMap(width, height, title, x, y);
    }

    private Picture draw(HeatMapChart chart) {
        HeatMapStyler styler = chart.getStyler();
        styler.setShowValue(true);
        styler.setHeatMapValueDecimalPattern(columns.size() > DECIMALS_FIT ? "0.00" : "0.000");
        List<Number[]> numbers = new ArrayList<>();
        for (int row = 0; row < cells.length; row++) {
            for (int column = 0; column < cells[row].length; column++) {
                if (Double.isFinite(cells[row][column])) {
                    numbers.add(new Number[] {column, row, cells[row][column]});
                }
            }
        }
        chart.addSeries("cells", columns, rows, numbers);
        return Picture.of(chart, title + " by " + x + " and " + y);
    }
}
