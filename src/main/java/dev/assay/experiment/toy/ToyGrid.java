package dev.assay.experiment.toy;

import dev.assay.experiment.Estimate;
import dev.assay.experiment.ResultHeatMap;
import dev.assay.toy.ToyFigure;
import dev.assay.view.Picture;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The measurements of a grid of sizes and coefficients.
 *
 * @param sizes increasing
 * @param coefficients as given
 * @param seeds of each seed, [size · coefficients + coefficient][figure]
 */
record ToyGrid(List<Integer> sizes, List<String> coefficients, List<double[][]> seeds) {
    /** A cell of the grid: the indices of its size and of its coefficient. */
    record Cell(int size, int coefficient) {}

    Estimate estimate(Cell cell, ToyFigure figure) {
        int index = cell.size * coefficients.size() + cell.coefficient;
        return Estimate.overSeeds(seeds, seed -> seed[index][figure.ordinal()]);
    }

    double mean(Cell cell, ToyFigure figure) {
        return estimate(cell, figure).mean();
    }

    int latents(Cell cell) {
        return sizes.get(cell.size);
    }

    String coefficient(Cell cell) {
        return coefficients.get(cell.coefficient);
    }

    /** Returns the cell of a size with the largest MMCS of the true features. */
    Cell best(int size) {
        return IntStream.range(0, coefficients.size())
                .mapToObj(coefficient -> new Cell(size, coefficient))
                .reduce(this::better)
                .orElseThrow();
    }

    /** Returns the cell with the largest MMCS of the true features. */
    Cell best() {
        return IntStream.range(0, sizes.size())
                .mapToObj(this::best)
                .reduce(this::better)
                .orElseThrow();
    }

    private Cell better(Cell a, Cell b) {
        ToyFigure figure = ToyFigure.TRUTH_TO_DICTIONARY;
        return mean(b, figure) > mean(a, figure) ? b : a;
    }

    /** Returns the factor of the best coefficient per doubling of the size: the least-squares line through all sizes, logarithmic. */
    double factorPerDoubling() {
        double[] x =
                sizes.stream().mapToDouble(size -> Math.log(size) / Math.log(2)).toArray();
        double[] y = IntStream.range(0, sizes.size())
                .mapToDouble(size -> Math.log(Double.parseDouble(coefficient(best(size)))))
                .toArray();
        double meanX =
                IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElseThrow();
        double meanY =
                IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            products += (x[i] - meanX) * (y[i] - meanY);
            squares += (x[i] - meanX) * (x[i] - meanX);
        }
        return Math.exp(products / squares);
    }

    Picture picture(ToyFigure figure, String title) {
        double[][] cells = new double[sizes.size()][coefficients.size()];
        for (int size = 0; size < sizes.size(); size++) {
            for (int coefficient = 0; coefficient < coefficients.size(); coefficient++) {
                cells[size][coefficient] = mean(new Cell(size, coefficient), figure);
            }
        }
        List<String> names = sizes.stream().map(String::valueOf).toList();
        return new ResultHeatMap(title, "L1 coefficient", "latents", coefficients, names, cells).picture(0, 1);
    }
}
