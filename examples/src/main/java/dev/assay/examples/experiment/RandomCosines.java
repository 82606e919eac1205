package dev.assay.examples.experiment;

import dev.assay.experiment.Estimate;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An experiment of another project: the null of the mean max cosine similarity. A random direction is compared with dictionaries of random
 * directions of several sizes.
 *
 * <p>Argument: the folder of results.
 */
public final class RandomCosines implements Experiment {
    private static final int TARGETS = 200;

    /**
     * Runs the quick form.
     *
     * @param args the folder of results
     * @throws IOException when a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        ExperimentOptions options = ExperimentOptions.of(Path.of(args.length > 0 ? args[0] : "target/random-cosines"))
                .asQuick();
        System.out.println(Experiments.run(Experiments.named("random-cosines"), options, line -> {})
                .toText());
    }

    @Override
    public String name() {
        return "random-cosines";
    }

    @Override
    public String question() {
        return "How similar is a direction to the nearest of many random directions?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting("width", "number of dimensions", "64"),
                new ExperimentSetting("sizes", "numbers of random directions", "64,256,1024", "64,256"));
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        int width = run.settings().integer("width"); // settings are read before the first cell
        List<Integer> sizes = run.settings().integers("sizes");
        ResultTable table = ResultTable.of("cosines", "Largest cosine with random directions")
                .number("latents", "latents")
                .measure("mmcs", "MMCS");
        for (int size : sizes) {
            List<Double> values = new ArrayList<>();
            for (long seed : run.seeds()) {
                values.add(run.cell("size" + size + "-seed" + seed, Double.class, () -> mmcs(width, size, seed)));
            }
            table.row(size, Estimate.overSeeds(values));
        }
        run.table(table);
    }

    private static double mmcs(int width, int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double sum = 0;
        for (int target = 0; target < TARGETS; target++) {
            double largest = -1;
            for (int i = 0; i < size; i++) {
                // The first coordinate of a random unit vector is the cosine with a fixed direction.
                double first = random.nextGaussian();
                double square = first * first;
                for (int j = 1; j < width; j++) {
                    double coordinate = random.nextGaussian();
                    square += coordinate * coordinate;
                }
                largest = Math.max(largest, first / Math.sqrt(square));
            }
            sum += largest;
        }
        return sum / TARGETS;
    }
}
