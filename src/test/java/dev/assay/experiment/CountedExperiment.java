package dev.assay.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Squares its sizes once per seed, counts the computed cells, and fails at a chosen one. */
public final class CountedExperiment implements Experiment {
    final List<String> computed = new ArrayList<>();
    String failsAt = "";

    record Square(int size, double value, double missing) {}

    @Override
    public String name() {
        return "counted";
    }

    @Override
    public String question() {
        return "Is a square the product of a number with itself?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting("sizes", "numbers to square", "1,2,3", "1,2"),
                new ExperimentSetting("offset", "number added to each square", "0.5"));
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        // Settings are read before the first cell, so that a wrong one leaves the folder unused.
        List<Integer> sizes = run.settings().integers("sizes");
        double offset = run.settings().number("offset");
        ResultTable table = ResultTable.of("squares", "Squares")
                .text("name", "name")
                .number("size", "size")
                .measure("square", "square")
                .nullOf("square", "null", "zero");
        List<ResultChart.Point> points = new ArrayList<>();
        run.artifact("words", folder -> Files.writeString(folder.resolve("a.txt"), "a"));
        for (int size : sizes) {
            List<Double> values = new ArrayList<>();
            for (long seed : run.seeds()) {
                String key = "size" + size + "-seed" + seed;
                Square square = run.cell(key, Square.class, () -> {
                    if (key.equals(failsAt)) {
                        throw new IOException("killed at " + key);
                    }
                    computed.add(key);
                    return new Square(size, size * size + offset * seed, Double.NaN);
                });
                values.add(square.value());
            }
            table.row("n\"" + size, size, Estimate.overSeeds(values), Estimate.exact(0));
            points.add(new ResultChart.Point(size, Estimate.overSeeds(values)));
        }
        run.table(table);
        run.figure(
                "squares",
                ResultChart.of("Squares", "size", "square")
                        .logarithmicX()
                        .line("square", points)
                        .control("zero", points)
                        .picture());
        run.figure(
                "map",
                new ResultHeatMap("Map", "a", "b", List.of("x", "y"), List.of("z"), new double[][] {{1, 2}}).picture());
        run.figure(
                "histogram",
                ResultHistogram.of("Values", "value", 0, 1, 4)
                        .group("some", new double[] {0.1, 0.9})
                        .picture());
        run.finding("The largest square is known.");
    }
}
