package dev.assay.cli;

import dev.assay.io.AtomicFiles;
import dev.assay.io.FileFailures;
import dev.assay.io.Json;
import dev.assay.toy.ToyExperiment;
import dev.assay.toy.ToyFigure;
import dev.assay.toy.ToyHeatMap;
import dev.assay.toy.ToyReport;
import dev.assay.toy.ToySuperposition;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay toy}: measures how well every architecture recovers known features. */
@Command(
        name = "toy",
        description =
                "Trains dictionaries on the toy model of superposition, whose features are known, over sizes, L1 coefficients"
                        + " and all architectures, and compares the number of recovered features with random dictionaries.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ToyCommand implements Callable<Integer> {
    private static final List<ToyFigure> PICTURES =
            List.of(ToyFigure.TRUTH_TO_DICTIONARY, ToyFigure.DICTIONARY_TO_TRUTH, ToyFigure.DEAD, ToyFigure.L0);

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder of tables and pictures")
    private Path out;

    @Option(names = "--quick", description = "use a smaller experiment; takes seconds")
    private boolean quick;

    @Option(names = "--width", paramLabel = "D", defaultValue = "64", description = "number of dimensions (default 64)")
    private int width;

    @Option(
            names = "--features",
            paramLabel = "G",
            defaultValue = "128",
            description = "number of true features (default 128)")
    private int features;

    @Option(
            names = "--active",
            paramLabel = "X",
            defaultValue = "5",
            description = "average number of active features (default 5)")
    private double active;

    @Option(
            names = "--decay",
            paramLabel = "X",
            defaultValue = "0.99",
            description = "ratio of the probabilities of consecutive features (default 0.99)")
    private double decay;

    @Option(
            names = "--correlation",
            paramLabel = "X",
            defaultValue = "0",
            description = "largest correlation of two features, 0 to 1 (default 0)")
    private double correlation;

    @Option(
            names = "--hierarchical",
            description = "features form families: children are active only with their parents")
    private boolean hierarchical;

    @Option(
            names = "--sizes",
            paramLabel = "N",
            split = ",",
            description = "dictionary sizes of the map (default G/2,G,2G)")
    private int[] sizes;

    @Option(
            names = "--coefficients",
            paramLabel = "X",
            split = ",",
            description = "L1 coefficients of the map; the L1 term is not divided by the size (default 0.25,0.5,1,2,4)")
    private double[] coefficients;

    @Option(names = "--seeds", paramLabel = "N", description = "number of seeds (default 5; quick: 2)")
    private Integer seeds;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "number of training rows (default 200000; quick: 40000)")
    private Long tokens;

    @Option(names = "--batch", paramLabel = "N", description = "rows per step (default 256; quick: 128)")
    private Integer batch;

    @Option(names = "--json", description = "print means and standard deviations as one JSON object")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ToySuperposition toy =
                ToySuperposition.of(width, features).active(active).decay(decay).correlation(correlation);
        ToyExperiment experiment = ToyExperiment.of(hierarchical ? toy.hierarchical() : toy);
        if (quick) {
            experiment
                    .seeds(2)
                    .tokens(40_000)
                    .batchSize(128)
                    .coefficients(0.5, 1)
                    .sizes(features, 2 * features);
        }
        if (sizes != null) {
            experiment.sizes(sizes);
        }
        if (coefficients != null) {
            experiment.coefficients(coefficients);
        }
        if (seeds != null) {
            experiment.seeds(seeds);
        }
        if (tokens != null) {
            experiment.tokens(tokens);
        }
        if (batch != null) {
            experiment.batchSize(batch);
        }
        FileFailures.createFolder(out);
        ToyReport report = experiment.run();
        AtomicFiles.writeString(out.resolve("toy.csv"), report.toCsv());
        AtomicFiles.writeString(out.resolve("toy.json"), Json.pretty(report.toJson()));
        PrintWriter print = spec.commandLine().getOut();
        print.print(json ? Json.pretty(report.toJson()) : report.toText());
        print.flush();
        try {
            ToyHeatMap pictures = ToyHeatMap.of(report);
            for (ToyFigure figure : PICTURES) {
                pictures.writePng(figure, out.resolve(figure.key() + ".png"));
            }
        } catch (IOException | RuntimeException failure) {
            spec.commandLine().getErr().println("assay: the pictures cannot be written: " + failure.getMessage());
        }
        return 0;
    }
}
